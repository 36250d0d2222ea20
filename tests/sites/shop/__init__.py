"""Hollow Kettle, a tea shop with planted bugs, and its clean twin.

``bugs.yaml`` lists every bug; ``{% if bug('...') %}`` in the templates, styles and scripts, and
``twin.bug(...)`` in the server, plant it. The clean twin is the same shop with none of them.
"""

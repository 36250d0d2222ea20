"""A site whose pages do all that a page can do to stop a crawl.

``server.start()`` serves it. ``/`` links to every hostile page and to an ordinary one after each, so a crawl that
ends has got past all of them.
"""

"""The local cluster, Redis and the demo: everything a laptop needs to run BugHive for real, without Docker.

Only `nodes` and images need root.
"""

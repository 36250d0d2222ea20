"""Fixtures for all tests; each file of `fixtures/` holds those of one part of the machine."""

from hypothesis import settings

pytest_plugins = [
    "fixtures.artifacts",
    "fixtures.browser",
    "fixtures.cluster",
    "fixtures.collector",
    "fixtures.receiver",
    "fixtures.redis",
]

# How long an example takes says nothing: the machine may be busy.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

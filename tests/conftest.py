"""Fixtures for all tests; each file of `fixtures/` holds those of one part of the machine."""

pytest_plugins = [
    "fixtures.artifacts",
    "fixtures.browser",
    "fixtures.cluster",
    "fixtures.collector",
    "fixtures.receiver",
    "fixtures.redis",
]

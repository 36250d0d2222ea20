"""The world that schedules are tested in."""

import pytest
from fixtures.schedule_world import make_world


@pytest.fixture
def world():
    """Makes a world with one schedule, created at ``since``."""
    return make_world

"""What tests/faults does a few times, done very often."""

import time

import pytest
from faults.kill_loop import kill_loop
from faults.leak import nothing_leaks
from fixtures.small_site import small_site

HOURS = 3600
BATCH = 500
"""So many sessions exist at once."""


@pytest.mark.timeout(6 * HOURS)
def test_a_kill_loop_over_short_sessions(place, recovery, pytestconfig) -> None:
    sessions = pytestconfig.getoption("sessions")
    at, kills = time.monotonic(), 0
    for batch in range(0, sessions, BATCH):
        count = min(BATCH, sessions - batch)
        kills += kill_loop(place, count, kills=count // 20, seconds=1800, first=batch)
    recovery.note(f"kill loop: {sessions} short sessions, {kills} kills, all whole", time.monotonic() - at)


@pytest.mark.timeout(2 * HOURS)
def test_small_sessions_through_one_worker(place, recovery, pytestconfig) -> None:
    """A child is replaced after its share of tasks, so what grows here is the worker's parent, or Redis."""
    count = pytestconfig.getoption("small_sessions")
    with small_site() as url, place.installation.without("worker-b"):
        before, after = nothing_leaks(place, url, warm=10, count=count, worker="worker-a")
    grown = after.mebibytes - before.mebibytes
    recovery.note(f"leak check: {count} sessions, memory {grown:+.0f} MiB, keys {after.keys - before.keys:+d}", 0)

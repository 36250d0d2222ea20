"""Wall clocks two hours ahead or behind, each on one side only. Monotonic clocks are right, as on a real machine."""

import time

import pytest
from fixtures.parts import missing

from .installation import FAKETIME, OPERATORS, clock

AHEAD, BEHIND = "+121m", "-121m"
"""Longer than the broker's visibility timeout of two hours, after which a message is taken for lost."""


@pytest.fixture(autouse=True)
def _has_faketime() -> None:
    if FAKETIME is None:
        missing("libfaketime is not installed: run `make setup`")


@pytest.mark.parametrize("by", [AHEAD, BEHIND])
def test_of_one_worker(place, recovery, by) -> None:
    """One that is ahead takes the other one's messages for lost, and delivers them again."""
    installation = place.installation
    with installation.otherwise("worker-b", **clock(by)):
        at = time.monotonic()
        sessions = [place.apply(f"crawled-{n}", pages=120) for n in range(2)]
        for session in sessions:
            session.wait("is begun", lambda session=session: session.recorded)
        recovered = time.monotonic() - at
        for session in sessions:
            status = session.ends_whole()
        recovery.note(f"clock of a worker {by}", recovered, status)


@pytest.mark.parametrize("by", [AHEAD, BEHIND])
def test_of_the_operators(place, recovery, by) -> None:
    installation = place.installation
    session = place.begin("crawled", pages=150, activeDeadlineSeconds=600, queueDeadlineSeconds=600)
    with installation.otherwise(OPERATORS[0], **clock(by)), installation.otherwise(OPERATORS[1], **clock(by)):
        at = time.monotonic()
        late = place.apply("late", pages=20, activeDeadlineSeconds=600, queueDeadlineSeconds=600)
        late.wait("is begun", lambda: late.recorded)
        recovered = time.monotonic() - at
        late.ends_whole()
        recovery.note(f"clock of the operators {by}", recovered, session.ends_whole())


@pytest.mark.parametrize("hours", [2, -2])
def test_of_redis_jumps(place, recovery, hours) -> None:
    """Leases are kept by this clock. redis-server does not start under libfaketime, so the lease is moved instead."""
    installation = place.installation
    session = place.begin("crawled", pages=240)  # beyond the next beats
    at, before = time.monotonic(), session.recorded
    installation.redis.zincrby(installation.keys.leases, -hours * 3_600_000, f"{session.uid}/0")
    recovered = session.goes_on(at, pages=before + 3)
    status = session.ends_whole(attempt=None, failures=None)
    recovery.note(f"clock of Redis jumps by {hours:+d} h", recovered, status)
    assert status.attempt <= 2

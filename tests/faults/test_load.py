"""Many faults, one after the other, and a session that kills whoever takes it."""

import signal
import time

import psutil
import pytest

from bughive_crds.crawl_session import Phase

from .kill_loop import kill_loop
from .place import Place

DRAINS = 10


def finished_reason(place: Place, name: str) -> str:
    conditions = place.get("crawlsessions", name)["status"]["conditions"]
    return next(each["reason"] for each in conditions if each["type"] == "Finished")


def test_drained_ten_times_in_mid_crawl(place, recovery) -> None:
    session = place.begin("drained", act="pages?seconds=0.2", pages=150)
    longest = 0.0
    for drain in range(1, DRAINS + 1):
        before, at = session.recorded, time.monotonic()
        place.installation.process(session.worker()).send_signal(signal.SIGTERM)
        session.wait("the next attempt", lambda drain=drain: session.status.attempt > drain and session.leased)
        longest = max(longest, session.goes_on(at, pages=before + 3))
    status = session.ends_whole(attempt=DRAINS + 1)
    recovery.note("drain in mid-crawl, the longest of ten", longest, status)


@pytest.mark.timeout(300)
def test_workers_killed_again_and_again_and_one_session_that_always_runs_out_of_memory(place, recovery) -> None:
    """``make soak`` has 12,000 sessions."""
    poison = place.apply("poison", act="out-of-memory", backoffLimit=10)
    at = time.monotonic()
    kills = kill_loop(place, sessions=30, kills=6)
    recovery.note(f"kill loop: 30 short sessions, {kills} kills, all whole", time.monotonic() - at)
    poison.reaches(Phase.FAILED)
    assert finished_reason(place, "poison") == "PoisonSession"
    assert poison.status.attempt == 3
    recovery.note("a session that always runs out of memory: stopped", time.monotonic() - at, poison.status)
    assert not [process for process in place.installation.strays() if process.status() != psutil.STATUS_ZOMBIE]

"""Sessions by the many, while the workers' processes are killed one after the other."""

import random
from concurrent.futures import ThreadPoolExecutor

import psutil

from .place import END_SECONDS, Place, Session

PAGES = 3


def kill_loop(place: Place, sessions: int, kills: int, seconds: float = END_SECONDS, first: int = 0) -> int:
    """Have sessions crawled while children of workers are killed, evenly over the run. Returns how many were.

    Every session has to end whole, ``seconds`` after the last kill at the latest. None is hit twice: a page whose
    worker dies for the second time is recorded as CrashedWorker, and rightly.
    """
    installation = place.installation
    with ThreadPoolExecutor(8) as pool:
        applied = list(
            pool.map(lambda n: place.apply(f"short-{first + n}", pages=PAGES, backoffLimit=10), range(sessions))
        )
    hit: set[str] = set()
    for kill in range(kills):
        done = sessions * kill // (kills + 1)
        installation.wait(
            f"{done} sessions are crawled",
            lambda done=done: sum(session.recorded == PAGES for session in applied) >= done,
            seconds,
        )
        running = [session for session in applied if session.uid not in hit and session.leased]
        if running and _kill_holder(victim := random.choice(running)):
            hit.add(victim.uid)
    for session in applied:
        session.ends_whole(attempt=None, failures=None, seconds=seconds)
    return len(hit)


def _kill_holder(session: Session) -> bool:
    """Kill the process that has the session; False if it has just ended."""
    try:
        session.holder().kill()
    except (psutil.Error, LookupError):
        return False
    return True

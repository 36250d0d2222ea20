"""Sessions by the many, while the workers' processes are killed one after the other."""

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor

import psutil

from .installation import WORKERS
from .place import END_SECONDS, Place

PAGES = 3


def kill_loop(place: Place, sessions: int, kills: int, seconds: float = END_SECONDS, first: int = 0) -> int:
    """Have sessions crawled while children of workers are killed, evenly over the run. Returns how many were.

    Every session has to end whole, ``seconds`` after the last kill at the latest.
    """
    installation = place.installation
    with ThreadPoolExecutor(8) as pool:
        applied = list(
            pool.map(lambda n: place.apply(f"short-{first + n}", pages=PAGES, backoffLimit=10), range(sessions))
        )
    killed = 0
    for kill in range(kills):
        done = sessions * kill // (kills + 1)
        installation.wait(
            f"{done} sessions are crawled",
            lambda done=done: sum(session.recorded == PAGES for session in applied) >= done,
            seconds,
        )
        with contextlib.suppress(psutil.Error):
            children = installation.process(random.choice(WORKERS)).children()
            if children:
                children[0].kill()
                killed += 1
    for session in applied:
        session.ends_whole(attempt=None, failures=None, seconds=seconds)
    return killed

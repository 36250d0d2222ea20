"""Whether the operator's loops still turn: a process that is there may yet hang."""

import time

from bughive_operator.keyed_queue import KeyedQueue


class Heartbeat:
    """The last sign of life of the loop that polls Redis."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> None:
        """The loop turns."""
        self._last = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._last


def check(heartbeat: Heartbeat, queue: KeyedQueue, limit: float) -> str:
    """Say how the loops are.

    Raises:
        RuntimeError: one has not turned for ``limit`` seconds; the process is better started anew.
    """
    if heartbeat.age > limit:
        raise RuntimeError(f"Redis was not polled for {heartbeat.age:.0f} s")
    if queue.longest_run() > limit:
        raise RuntimeError(f"one session has been worked on for {queue.longest_run():.0f} s")
    return "turning"

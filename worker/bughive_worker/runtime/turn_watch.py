"""Runs one turn in the loop and watches over it from the child's main thread."""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from bughive_protocol.lease import Fence
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.lease_keeper import LeaseKeeper
from bughive_worker.runtime.loop_thread import Submission
from bughive_worker.runtime.parting import Finished, TurnEnd, end_of_failed, end_of_stopped
from bughive_worker.runtime.shutdown import DrainFlag
from bughive_worker.runtime.stop import Stop

WATCH_SECONDS = 0.25
"""How often the main thread looks for a drain, for the slice's end, and for a turn that does not stop."""
STOP_SECONDS = 9.0
"""A turn that was asked to stop is cancelled after this."""
CANCEL_SECONDS = 10.0
"""A turn that has not ended this long after it was cancelled never will."""

Work = Callable[[Stop, LeaseKeeper], Coroutine[Any, Any, bool]]
"""Makes a turn's coroutine: True when all is crawled and concluded, False when it stopped on request."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ended:
    """How a turn ended."""

    end: TurnEnd
    error: BaseException | None = None
    hangs: bool = False
    """It did not end though it was cancelled: this process is beyond help."""


class TurnWatch:
    """Watches turns of one session until the end of its slice."""

    def __init__(self, child: Child, drain: DrainFlag, slice_ends: float) -> None:
        """``slice_ends``: by ``time.monotonic()``."""
        self._child = child
        self._drain = drain
        self._slice_ends = slice_ends

    def run(self, fence: Fence, held_since: float, work: Work) -> Ended:
        """Run one turn under a beating lease. Whatever interrupts the watch, the turn is over when this returns."""
        stop = Stop(self._child.loop)
        child = self._child
        with LeaseKeeper(child.beats, child.lease_seconds, fence, child.loop, stop, held_since) as keeper:
            submission = self._child.loop.submit(lambda: work(stop, keeper))
            try:
                self._watch(submission, stop)
                if submission.result():
                    return Ended(Finished())
            except BaseException as error:  # noqa: BLE001 a soft limit, a revoke, whatever the crawl raises: each is an end
                # A signal interrupts the watch, not the turn.
                return Ended(end_of_failed(error, stop.reason), error, hangs=not self._cancelled(submission))
        return Ended(end_of_stopped(stop.reason))

    def _watch(self, submission: Submission[bool], stop: Stop) -> None:
        asked_at: float | None = None
        while not submission.wait(WATCH_SECONDS):
            now = time.monotonic()
            if self._drain.is_set():
                stop.request(StopReason.DRAIN)
            if now >= self._slice_ends:
                stop.request(StopReason.SLICE)
            if stop.reason and asked_at is None:
                log.info("stopping", reason=stop.reason)
                asked_at = now
            if asked_at is not None and now - asked_at >= STOP_SECONDS:
                raise TurnOverdue("the crawl did not stop when it was asked to")

    def _cancelled(self, submission: Submission[bool]) -> bool:
        submission.cancel()
        return submission.wait(CANCEL_SECONDS)


class TurnOverdue(Exception):
    """A turn did not stop in time."""

"""Keeps a lease alive from a thread and a connection of its own, as long as the event loop is alive too."""

import contextvars
import logging
import threading
import time
from types import TracebackType
from typing import Self

import redis

from bughive_protocol.errors import FenceLost
from bughive_protocol.lease import BEAT_SECONDS, LEASE_TTL_SECONDS, BeatResult, Fence
from bughive_protocol.lease_store import LeaseStore
from bughive_worker import metrics
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.runtime.loop_thread import LoopThread
from bughive_worker.runtime.stop import Stop

TICK_SECONDS = 0.25
RETRY_SECONDS = 1.0
"""How soon a beat that did not get through is tried again."""
STALL_SECONDS = 3.0
"""A loop that has not gone round for this long gets no beat."""
BEAT_TIMEOUT_SECONDS = 2.0
"""For the beating connection: how long one command may take."""

_STOPS = {
    BeatResult.LOST: StopReason.LOST,
    BeatResult.CANCEL: StopReason.CANCEL,
    BeatResult.SUSPEND: StopReason.SUSPEND,
    BeatResult.DRAIN: StopReason.DRAIN,
    BeatResult.SLICE: StopReason.SLICE,
}

log = logging.getLogger(__name__)


class LeaseKeeper:
    """Beats while it is entered, and hands on what the beats answer as requests to stop.

    When nothing got through for the lease's whole time to live it stops beating and asks for a stop with SILENT:
    from then on the lease may be another's.
    """

    def __init__(
        self, store: LeaseStore, lease_seconds: float, fence: Fence, loop: LoopThread, stop: Stop, held_since: float
    ) -> None:
        """``held_since``: ``time.monotonic()`` just before the lease was taken or last prolonged."""
        self._store = store
        self._lease_seconds = lease_seconds
        self._beat_seconds = lease_seconds * BEAT_SECONDS / LEASE_TTL_SECONDS
        self._fence = fence
        self._loop = loop
        self._stop = stop
        self._prolonged_at = held_since
        self._next_beat = held_since + self._beat_seconds
        self._stalled = False
        self._ended = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="bughive-lease", daemon=True)
        self._current_url: str | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def show(self, current_url: str) -> None:
        """Send the page that is begun along with the next beat."""
        self._current_url = current_url

    def _run(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            now = time.monotonic()
            if now - self._prolonged_at >= self._lease_seconds:
                log.warning("no beat got through for %.0f s; the lease may be another's", now - self._prolonged_at)
                self._stop.request(StopReason.SILENT)
                return
            if now >= self._next_beat and self._loop_is_alive():
                self._beat(now)

    def _loop_is_alive(self) -> bool:
        stalled = self._loop.stalled_for() > STALL_SECONDS
        if stalled and not self._stalled:
            metrics.LOOP_STALLS.inc()
            log.error("the event loop hangs; no beat until it goes on")
        self._stalled = stalled
        return not stalled

    def _beat(self, now: float) -> None:
        try:
            answer = self._store.beat(self._fence, self._current_url)
        except redis.RedisError as error:
            metrics.REDIS_ERRORS.labels("beat").inc()
            log.warning("a beat did not get through: %s", error)
            self._next_beat = now + RETRY_SECONDS
            return
        except FenceLost:
            answer = BeatResult.LOST
        if answer in _STOPS:
            self._stop.request(_STOPS[answer])
        if answer is not BeatResult.LOST:
            self._prolonged_at = now
        self._next_beat = now + self._beat_seconds

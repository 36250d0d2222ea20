"""A work queue by key: one key is never worked on twice at once, and no mark is ever lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

Handler = Callable[[str], Awaitable[float | None]]
"""Works on a key; returns after how many seconds to work on it again, or None: when it is marked."""

FIRST_RETRY_SECONDS = 0.2
LAST_RETRY_SECONDS = 60.0
_NOTHING = ""
"""Wakes a worker that is to stop."""


class KeyedQueue:
    """Keys that need work, each at most once; a key marked while it is worked on is worked on again."""

    def __init__(self, handler: Handler, workers: int) -> None:
        self._handler = handler
        self._workers = workers
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._queued: set[str] = set()
        self._dirty: set[str] = set()
        self._running: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._failures: dict[str, int] = {}

    def mark(self, key: str) -> None:
        """Work on this key as soon as possible."""
        if key in self._running:
            self._dirty.add(key)
        elif key not in self._queued:
            self._queued.add(key)
            self._ready.put_nowait(key)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what is being worked on then is brought to its end."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._workers):
                    group.create_task(self._work(stop))
                await stop.wait()
                for _ in range(self._workers):
                    self._ready.put_nowait(_NOTHING)
        finally:
            for timer in self._timers.values():
                timer.cancel()

    @property
    def idle(self) -> bool:
        """Whether nothing is being worked on or ready to be."""
        return not self._running and not self._queued

    def longest_run(self) -> float:
        """For how many seconds the slowest key has been worked on. May be asked from any thread."""
        begun = list(self._running.values())
        return time.monotonic() - min(begun) if begun else 0.0

    async def _work(self, stop: asyncio.Event) -> None:
        while True:
            key = await self._ready.get()
            if stop.is_set():
                return
            self._queued.discard(key)
            self._running[key] = time.monotonic()
            delay = await self._attempt(key)
            del self._running[key]
            if key in self._dirty:
                self._dirty.discard(key)
                delay = 0.0
            self._set_timer(key, delay)

    async def _attempt(self, key: str) -> float | None:
        try:
            delay = await self._handler(key)
        except Exception:
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            delay = min(FIRST_RETRY_SECONDS * 2 ** (failures - 1), LAST_RETRY_SECONDS)
            log.warning("reconcile failed", session_id=key, failures=failures, retry_in=delay, exc_info=True)
            # A mark that came meanwhile must not shorten the wait.
            self._dirty.discard(key)
        else:
            self._failures.pop(key, None)
        return delay

    def _set_timer(self, key: str, delay: float | None) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if delay is None:
            return
        if delay <= 0:
            self.mark(key)
        else:
            self._timers[key] = asyncio.get_running_loop().call_later(delay, self._wake, key)

    def _wake(self, key: str) -> None:
        self._timers.pop(key, None)
        self.mark(key)

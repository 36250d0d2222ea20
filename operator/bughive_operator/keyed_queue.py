"""A work queue by key: one key is never worked on twice at once, and no mark is ever lost."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)

Handler = Callable[[str], Awaitable[float | None]]
"""Works on a key; returns after how many seconds to work on it again, or None: when it is marked."""

FIRST_RETRY_SECONDS = 0.2
LAST_RETRY_SECONDS = 60.0


class KeyedQueue:
    """Keys that need work, each at most once; a key marked while it is worked on is worked on again.

    Urgent keys go first, patient ones and those marked for later last; of the ``workers`` that work at the same time
    ``reserved`` are kept for the urgent. What a key is, is asked each time it is marked, so it may change as it waits.
    """

    def __init__(
        self,
        handler: Handler,
        workers: int,
        *,
        urgent: Callable[[str], bool] = lambda _: False,
        patient: Callable[[str], bool] = lambda _: False,
        reserved: int = 0,
    ) -> None:
        self._handler = handler
        self._workers = workers
        self._is_urgent = urgent
        self._is_patient = patient
        self._reserved = reserved
        # Dictionaries keep the order and let a key change from one to the other.
        self._urgent: dict[str, None] = {}
        self._ordinary: dict[str, None] = {}
        self._later: dict[str, None] = {}
        self._dirty: set[str] = set()
        self._running: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._failures: dict[str, int] = {}
        self._group: asyncio.TaskGroup | None = None
        """None: not begun, so marks are only noted."""
        self._stop = asyncio.Event()
        self._context = contextvars.Context()

    def mark(self, key: str) -> None:
        """Work on this key as soon as possible."""
        if key in self._running:
            self._dirty.add(key)
        elif key not in self._urgent:
            if self._is_urgent(key):
                self._ordinary.pop(key, None)
                self._later.pop(key, None)
                self._urgent[key] = None
            elif self._is_patient(key):
                self.mark_later(key)
                return
            else:
                self._later.pop(key, None)
                self._ordinary[key] = None
            self._begin()

    def mark_later(self, key: str) -> None:
        """Work on this key when no other is waiting. One that is worked on or marked already stays as it is."""
        if not any(key in keys for keys in (self._running, self._urgent, self._ordinary)):
            self._later[key] = None
            self._begin()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what is being worked on then is brought to its end."""
        self._context = contextvars.copy_context()
        self._stop = stop
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._begin()
                await stop.wait()
        finally:
            self._group = None
            for timer in self._timers.values():
                timer.cancel()

    @property
    def idle(self) -> bool:
        """Whether nothing is being worked on or ready to be."""
        return not (self._running or self._urgent or self._ordinary or self._later)

    @property
    def waiting(self) -> int:
        """How many keys are ready to be worked on and wait for a free hand."""
        return len(self._urgent) + len(self._ordinary) + len(self._later)

    def longest_run(self) -> float:
        """For how many seconds the slowest key has been worked on. May be asked from any thread."""
        begun = list(self._running.values())
        return time.monotonic() - min(begun) if begun else 0.0

    def _begin(self) -> None:
        """Begin to work on as many keys as there are free hands for."""
        while self._group is not None and not self._stop.is_set() and (key := self._next()):
            self._running[key] = time.monotonic()
            # The context of whoever marked the key is about another session.
            self._group.create_task(self._work(key), context=self._context.copy())

    def _next(self) -> str | None:
        free = self._workers - len(self._running)
        for keys, needed in ((self._urgent, 0), (self._ordinary, self._reserved), (self._later, self._reserved)):
            if keys and free > needed:
                key = next(iter(keys))
                del keys[key]
                return key
        return None

    async def _work(self, key: str) -> None:
        delay = await self._attempt(key)
        del self._running[key]
        if key in self._dirty:
            self._dirty.discard(key)
            delay = 0.0
        self._set_timer(key, delay)
        self._begin()

    async def _attempt(self, key: str) -> float | None:
        try:
            delay = await self._handler(key)
        except Exception:
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            delay = min(FIRST_RETRY_SECONDS * 2 ** (failures - 1), LAST_RETRY_SECONDS)
            log.warning("reconcile failed", uid=key, failures=failures, retry_in=delay, exc_info=True)
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

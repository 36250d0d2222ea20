"""What time it is, by the API server: the clock that wrote the timestamps we compare with."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time, aware, to the millisecond."""
        ...


class ServerClock:
    """The API server's clock, kept by its ``Date`` headers and carried on by a monotonic clock here.

    A Date has whole seconds, so each answer bounds the server's time from both sides; the bounds of
    many answers together are narrower than a second.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset: float | None = None
        self._lock = threading.Lock()

    def learn(self, date: str, sent: float, received: float) -> None:
        """Take in a Date header of an answer; ``sent`` and ``received`` are monotonic seconds. Thread-safe."""
        second = parsedate_to_datetime(date).timestamp()
        least, most = second - received, second + 1 - sent
        with self._lock:
            # Outside the new bounds: the server's clock was set.
            if self._offset is None or not least <= self._offset < most:
                self._offset = least
            self._offset = max(self._offset, least)

    def now(self) -> datetime:
        """The API server's time.

        Raises:
            RuntimeError: nothing was heard from the API server yet.
        """
        if self._offset is None:
            raise RuntimeError("ask the API server for something before asking it for the time")
        at = datetime.fromtimestamp(self._monotonic() + self._offset, UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)


class ManualClock:
    """A clock that moves when told to."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)

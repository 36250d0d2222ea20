"""How fast the operator may write to the API server."""

import asyncio
import time
from collections.abc import Callable


class TokenBucket:
    """Lets ``rate`` calls a second through, and ``burst`` at once after a quiet time; first come, first served."""

    def __init__(self, rate: float, burst: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate
        self._slack = burst * self._interval
        self._monotonic = monotonic
        self._next = float("-inf")

    def reserve(self) -> float:
        """Take the next free turn; returns in how many seconds it comes."""
        now = self._monotonic()
        self._next = max(self._next, now - self._slack) + self._interval
        return max(0.0, self._next - now)

    async def take(self) -> None:
        """Wait for a turn."""
        delay = self.reserve()
        if delay:
            await asyncio.sleep(delay)


class ProgressGate:
    """At most one progress patch per session in an interval, and only so many a second over all sessions.

    A session that comes too early is told when its turn is; turns go to those that asked first.
    """

    def __init__(self, interval: float, bucket: TokenBucket, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._interval = interval
        self._bucket = bucket
        self._monotonic = monotonic
        self._patched: dict[str, float] = {}
        self._turns: dict[str, float] = {}

    def wait(self, uid: str) -> float:
        """In how many seconds the session may be patched; 0: now, and the turn is used up."""
        now = self._monotonic()
        if uid not in self._turns:
            due = self._patched.get(uid, float("-inf")) + self._interval
            if due > now:
                return due - now
            self._turns[uid] = now + self._bucket.reserve()
        if self._turns[uid] > now:
            return self._turns[uid] - now
        del self._turns[uid]
        return 0.0

    def note(self, uid: str) -> None:
        """The progress was shown, alone or with a transition: the interval begins anew."""
        self._turns.pop(uid, None)
        self._patched[uid] = self._monotonic()

    def forget(self, uid: str) -> None:
        """The session is over."""
        self._patched.pop(uid, None)
        self._turns.pop(uid, None)

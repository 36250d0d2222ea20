"""Whose turn it is to ask a host: one line for all shards and sessions of an installation."""

import time
from collections.abc import Callable
from typing import Protocol

import redis.asyncio
from redis.exceptions import RedisError

from bughive_protocol.keys import Keys
from bughive_protocol.scripts import run_async, script

_MICROSECONDS = 1_000_000


class Pace(Protocol):
    """One line for each host, first come first served."""

    async def take(self, host: str, interval: float, pause: float = 0) -> float:
        """Reserve the host's next free moment, and ``interval`` seconds after it for nobody else.

        Args:
            host: host and port.
            interval: how far apart the asker wants requests, in seconds; each waits by the rate of whoever went before.
            pause: for how long the host wants to be left alone first, in seconds.

        Returns:
            How long to wait, in seconds.
        """
        ...


class MemoryPace:
    """A line in this process' memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free: dict[str, float] = {}

    async def take(self, host: str, interval: float, pause: float = 0) -> float:
        """See ``Pace.take``."""
        now = self._clock()
        self._free = {name: at for name, at in self._free.items() if at > now}
        free = max(now + pause, self._free.get(host, now))
        self._free[host] = free + interval
        return free - now


class RedisPace:
    """A line in Redis. While that is away, this process goes by itself: no page fails for it."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._alone = MemoryPace()

    async def take(self, host: str, interval: float, pause: float = 0) -> float:
        """See ``Pace.take``."""
        spans = (round(span * _MICROSECONDS) for span in (interval, pause))
        try:
            wait = await run_async(self._client, script("take_turn"), self._keys, "", host, *spans)
        except RedisError:
            return await self._alone.take(host, interval, pause)
        return int(wait) / _MICROSECONDS

"""When a tracker wants to be left alone, all workers leave it alone: they share a key, and so its limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio

from bughive_protocol.errors import IntegrationPaused


@asynccontextmanager
async def heeding(client: redis.asyncio.Redis, key: str) -> AsyncIterator[None]:
    """Ask a tracker within this: not while there is a pause under ``key``, and one begins where the tracker wants it.

    Raises:
        IntegrationPaused: there is one, or one has just begun.
    """
    left = await client.pttl(key)
    if left > 0:
        raise IntegrationPaused(f"the tracker wants to be left alone for {left / 1000:.0f} s more", left / 1000)
    try:
        yield
    except IntegrationPaused as pause:
        await _begin(client, key, pause.seconds)
        raise


async def _begin(client: redis.asyncio.Redis, key: str, seconds: float) -> None:
    """Of two pauses the one that lasts longer holds."""
    milliseconds = max(1, round(seconds * 1000))
    if not await client.set(key, "1", px=milliseconds, nx=True):
        await client.pexpire(key, milliseconds, gt=True)

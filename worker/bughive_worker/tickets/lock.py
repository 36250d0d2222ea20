"""One worker at a time for one bug's ticket: a lock in Redis that runs out by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import redis.asyncio
from redis.exceptions import LockError

from bughive_protocol.errors import IntegrationPaused, IntegrationUnavailable

LOCK_SECONDS = 40.0
"""More than twice what one request may take: who renews it and then asks once is done long before it runs out."""
_WAIT_SECONDS = 12.0

Renew = Callable[[], Awaitable[None]]
"""Keeps the lock for as long again; raises ``IntegrationUnavailable`` where it is lost. Call it before what must happen
once."""


@asynccontextmanager
async def alone(client: redis.asyncio.Redis, key: str, seconds: float = LOCK_SECONDS) -> AsyncIterator[Renew]:
    """Hold the lock ``key``.

    Who renewed it and then got no answer leaves it to run out: what was asked for may still happen.

    Raises:
        IntegrationUnavailable: another worker holds it.
    """
    lock = client.lock(key, timeout=seconds, thread_local=False)
    if not await lock.acquire(blocking_timeout=_WAIT_SECONDS):
        raise IntegrationUnavailable("another worker is busy with this bug's ticket; it is looked at again")
    renewed = False

    async def renew() -> None:
        nonlocal renewed
        try:
            await lock.extend(seconds, replace_ttl=True)
        except LockError as error:
            raise IntegrationUnavailable(
                "this took so long that another worker may have begun; it starts anew"
            ) from error
        renewed = True

    try:
        yield renew
    except IntegrationUnavailable as error:
        if not renewed or isinstance(error, IntegrationPaused):
            await _release(lock)
        raise
    except BaseException:
        await _release(lock)
        raise
    await _release(lock)


async def _release(lock: redis.asyncio.lock.Lock) -> None:
    with suppress(LockError):
        await lock.release()

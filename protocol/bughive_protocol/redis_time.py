"""Redis' clock: the only one by which operator and workers compare moments."""

from datetime import UTC, datetime

import redis.asyncio


def moment(milliseconds: str | float) -> datetime:
    """The moment that Redis wrote down as milliseconds since 1970."""
    return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)


def optional_moment(milliseconds: str | float | None) -> datetime | None:
    """As ``moment``; nothing where nothing was written."""
    return None if milliseconds is None else moment(milliseconds)


async def redis_time(client: redis.asyncio.Redis) -> datetime:
    """What Redis' clock says now."""
    seconds, microseconds = await client.time()
    return datetime.fromtimestamp(seconds + microseconds / 1_000_000, UTC)

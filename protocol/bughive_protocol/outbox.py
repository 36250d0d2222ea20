"""The outbox: what happened to sessions that others want to hear of. Each entry is read at least once.

The scripts that make the facts write the entries, with them or not at all (``lua/shared/post.lua``), and only for
sessions whose spec asks for it. A reader that dies leaves what it had read to the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis.asyncio
from redis.exceptions import ResponseError

from bughive_protocol.keys import Keys
from bughive_protocol.outbox_entry import OutboxEntry

ABANDONED_SECONDS = 60.0
"""An entry that was read this long ago and not acknowledged is given to another reader."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An entry that was read and must be acknowledged once it is sent."""

    id: str
    session_id: str
    entry: OutboxEntry


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is in the outbox, read or not, and not acknowledged."""

    length: int
    age_seconds: float
    """Of the oldest entry; 0: there is none."""


class Outbox:
    """One reader of the installation's outbox. Raises ``redis.RedisError`` when Redis is away."""

    def __init__(
        self, client: redis.asyncio.Redis, keys: Keys, reader: str, abandoned_seconds: float = ABANDONED_SECONDS
    ) -> None:
        self._client = client
        self._keys = keys
        self._reader = reader
        self._abandoned_ms = round(abandoned_seconds * 1000)

    async def read(self, count: int = 10, *, inherit: bool = False) -> list[Outgoing]:
        """Up to ``count`` entries to send: first what other readers abandoned, then what is new. Does not wait.

        ``inherit``: all that others have read and not acknowledged counts as abandoned, for none of them is left.
        """
        stream, group = self._keys.outbox, self._keys.outbox_readers
        await self._ensure_group()
        idle_ms = 0 if inherit else self._abandoned_ms
        _, abandoned, *_ = await self._client.xautoclaim(stream, group, self._reader, idle_ms, count=count)
        entries = _entries(abandoned)
        if len(entries) < count:
            fresh: Any = await self._client.xreadgroup(group, self._reader, {stream: ">"}, count=count - len(entries))
            entries += [entry for batch in dict(fresh or {}).values() for entry in _entries(batch)]
        return entries

    async def ack(self, sent: Sequence[Outgoing]) -> None:
        """These are sent; nobody reads them again."""
        if sent:
            ids = [outgoing.id for outgoing in sent]
            await self._client.xack(self._keys.outbox, self._keys.outbox_readers, *ids)
            await self._client.xdel(self._keys.outbox, *ids)

    async def backlog(self) -> Backlog:
        """How much waits, and for how long."""
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.time()
            pipeline.xlen(self._keys.outbox)
            pipeline.xrange(self._keys.outbox, count=1)
            (seconds, microseconds), length, oldest = await pipeline.execute()
        if not oldest:
            return Backlog(0, 0.0)
        written = int(oldest[0][0].partition("-")[0]) / 1000
        return Backlog(length, max(0.0, seconds + microseconds / 1_000_000 - written))

    async def _ensure_group(self) -> None:
        try:
            await self._client.xgroup_create(self._keys.outbox, self._keys.outbox_readers, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise


def _entries(batch: Any) -> list[Outgoing]:  # noqa: ANN401 as redis-py answers
    # Redis may hand back an entry whose body was deleted meanwhile; a batch of RESP3 is nested once more.
    flat = batch[0] if batch and isinstance(batch[0], list) else batch
    return [
        Outgoing(id_, fields["session"], OutboxEntry(kind=fields["kind"], body=fields["body"]))
        for id_, fields in flat
        if fields
    ]

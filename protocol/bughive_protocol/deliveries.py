"""What a session's integrations have delivered: webhooks and tickets. The session's outcome never depends on it.

Each thing to deliver is an item with a name, such as a bug's fingerprint, and counts once, however often a message is
repeated. Of each kind the operator reads the sums.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import cast

import redis
import redis.asyncio
from pydantic import BaseModel, ConfigDict

from bughive_protocol.keys import Keys
from bughive_protocol.scripts import Argument, run, run_async, script

MAX_ERROR = 500
"""Characters that are kept of the last error."""
_UNSENT = "unsent"


class DeliveryKind(StrEnum):
    """What is delivered. The word is shown to users."""

    WEBHOOK = "webhook"
    TICKET = "ticket"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Delivery(_Frozen):
    """How the items of one kind stand."""

    done: int = 0
    failed: int = 0
    """Given up, after the last try or by an error that trying again cannot help."""
    pending: int = 0
    error: str = ""
    """What the one that failed last failed by; empty: none has."""
    at: datetime
    """When one of them last changed, by Redis' clock."""


class Deliveries(_Frozen):
    """How all of a session's items stand."""

    by_kind: Mapping[str, Delivery] = {}
    unsent: bool = False
    """The session has its verdict, and not all that follows from it was handed to the workers yet."""

    @property
    def pending(self) -> bool:
        """Whether something is still on its way."""
        return self.unsent or any(delivery.pending for delivery in self.by_kind.values())

    @property
    def failed(self) -> Mapping[str, Delivery]:
        """The kinds of which something failed."""
        return {kind: delivery for kind, delivery in self.by_kind.items() if delivery.failed}

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "Deliveries":
        """Of the fields of the session's key ``deliveries``."""
        told = {kind: Delivery.model_validate_json(text) for kind, text in fields.items() if kind != _UNSENT}
        return cls(by_kind=told, unsent=_UNSENT in fields)


class DeliveryBook:
    """Where it is noted what became of each item. Every method may be repeated; of an unknown session nothing is noted.

    All raise ``redis.RedisError`` when Redis is away.
    """

    def __init__(self, client: redis.asyncio.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def expect(self, session_id: str, kind: DeliveryKind, items: Sequence[str]) -> None:
        """These are to be delivered. Say so before the message for them is sent."""
        await self._note(session_id, kind, "pending", items)

    async def done(self, session_id: str, kind: DeliveryKind, items: Sequence[str]) -> None:
        """These are delivered."""
        await self._note(session_id, kind, "done", items)

    async def failed(self, session_id: str, kind: DeliveryKind, items: Sequence[str], error: str) -> None:
        """These are given up. A task that raises need not say so: see ``note_failed``."""
        await self._note(session_id, kind, "failed", items, error)

    async def moot(self, session_id: str, kind: DeliveryKind, items: Sequence[str]) -> None:
        """There turned out to be nothing to deliver: they count neither as done nor as failed."""
        await self._note(session_id, kind, "moot", items)

    async def close(self, session_id: str, kind: DeliveryKind, receiver: str) -> None:
        """This receiver, of several of the kind, wants to hear nothing more of the session."""
        await self._note(session_id, kind, "closed", [receiver])

    async def is_closed(self, session_id: str, kind: DeliveryKind, receiver: str) -> bool:
        """Whether it was closed."""
        state = await self._client.hget(self._keys.session(session_id).delivery_items, f"{kind} {receiver}")
        return bool(state == "closed")

    async def undelivered(self, session_id: str, kind: DeliveryKind, items: Sequence[str]) -> tuple[str, ...]:
        """Those of the items that are not done, in their order."""
        if not items:
            return ()
        stored = await self._client.hmget(
            self._keys.session(session_id).delivery_items, [f"{kind} {item}" for item in items]
        )
        return tuple(item for item, state in zip(items, stored, strict=True) if state != "done")

    async def of(self, session_id: str) -> Deliveries:
        """How all items of the session stand."""
        fields = await self._client.hgetall(self._keys.session(session_id).deliveries)
        return Deliveries.read(cast("dict[str, str]", fields))

    async def sent(self, session_id: str) -> None:
        """All that the session left in the outbox is handed to the workers; the last of it told of its end."""
        await run_async(self._client, script("sent"), self._keys, session_id)

    async def _note(
        self, session_id: str, kind: DeliveryKind, becomes: str, items: Sequence[str], error: str = ""
    ) -> None:
        arguments = _arguments(kind, becomes, items, error)
        await run_async(self._client, script("deliver"), self._keys, session_id, *arguments)


def note_failed(
    client: redis.Redis, keys: Keys, session_id: str, kind: DeliveryKind, items: Sequence[str], error: str
) -> None:
    """As ``DeliveryBook.failed``, for where there is no event loop."""
    run(client, script("deliver"), keys, session_id, *_arguments(kind, "failed", items, error))


def _arguments(kind: DeliveryKind, becomes: str, items: Sequence[str], error: str) -> list[Argument]:
    return [kind, becomes, error[:MAX_ERROR], len(items), *items]

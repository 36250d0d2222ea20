"""What Redis remembers of a session's tickets: which bugs were chosen, and what became of each."""

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

import redis.asyncio
from pydantic import BaseModel, ConfigDict, TypeAdapter

from bughive_protocol.keys import Keys
from bughive_protocol.scripts import run_async, script


class TrackerName(StrEnum):
    """The issue trackers."""

    LINEAR = "linear"
    GITHUB = "github"


class TicketOutcome(StrEnum):
    """What a session did for a bug's ticket."""

    OPENED = "opened"
    REOPENED = "reopened"
    KNOWN = "known"
    """It had an open ticket."""
    LEFT_CLOSED = "leftClosed"
    """It had one that people have closed since, or for good."""


class TicketRecord(BaseModel):
    """One bug's ticket, and what the session did for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    tracker: TrackerName
    fingerprint: str
    name: str
    """What people call it, such as ``WEB-12``."""
    url: str
    outcome: TicketOutcome


def read_records(fields: Mapping[str, str]) -> tuple[TicketRecord, ...]:
    """Of the fields of the session's key ``tickets``."""
    return tuple(TicketRecord.model_validate_json(fields[field]) for field in sorted(fields) if " " in field)


_CHOSEN = TypeAdapter(dict[str, str])


class TicketRecords:
    """The tickets of sessions. Every method raises ``redis.RedisError`` when Redis is away."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def chosen(self, session_id: str, tracker: TrackerName) -> Mapping[str, str] | None:
        """What was chosen: fingerprint -> what is to be done. None: nobody has chosen yet."""
        stored = await self._client.hget(self._keys.session(session_id).tickets, tracker)
        return None if stored is None else _CHOSEN.validate_json(stored)

    async def choose(self, session_id: str, tracker: TrackerName, steps: Mapping[str, str]) -> Mapping[str, str]:
        """Choose, unless somebody has: the first choice holds, and is returned. Of a session that is gone, nothing."""
        held = await self._note(session_id, tracker, _CHOSEN.dump_json(dict(steps)).decode())
        return {} if held is None else _CHOSEN.validate_json(held)

    async def record(self, session_id: str, record: TicketRecord) -> TicketRecord:
        """Note what became of a bug's ticket; what was noted first holds, and is returned."""
        held = await self._note(session_id, f"{record.tracker} {record.fingerprint}", record.model_dump_json())
        return record if held is None else TicketRecord.model_validate_json(held)

    async def all(self, session_id: str) -> tuple[TicketRecord, ...]:
        """What became of all of them."""
        stored = await self._client.hgetall(self._keys.session(session_id).tickets)
        return read_records(cast("dict[str, str]", stored))

    async def _note(self, session_id: str, field: str, value: str) -> str | None:
        held: str | None = await run_async(self._client, script("note_ticket"), self._keys, session_id, field, value)
        return held

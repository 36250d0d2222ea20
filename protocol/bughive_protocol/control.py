"""The operator's side of Redis: what it reads of a session, and the few things it writes.

Every write is one Lua script, monotone in (attempt, generation): a deposed leader changes nothing.
"""

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis.asyncio
from redis.exceptions import NoScriptError

from bughive_protocol.credential_requests import CredentialRequests
from bughive_protocol.dead_letters import MAX_LETTERS, DeadLetter
from bughive_protocol.deliveries import DeliveryBook
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Signal
from bughive_protocol.messages import crawl_task_id
from bughive_protocol.outbox import Outbox
from bughive_protocol.redis_time import redis_time
from bughive_protocol.scripts import Argument, run_async, script
from bughive_protocol.snapshot import Digest, LeaseView, SessionSnapshot, Verdict
from bughive_protocol.snapshot_reader import read_snapshot

__all__ = [
    "KEEP_SECONDS",
    "Changes",
    "Digest",
    "DispatchOrder",
    "LeaseView",
    "SessionControl",
    "SessionSnapshot",
    "Verdict",
]

KEEP_SECONDS = 24 * 3600
"""How long a session's keys live once its terminal status has reached the resource."""


@dataclass(frozen=True)
class DispatchOrder:
    """What the operator writes before it sends a task."""

    session_id: str
    namespace: str
    name: str
    attempt: int
    generation: int
    spec_json: str
    """The CrawlSessionSpec as JSON, by alias."""
    shards: int = 1
    entries: tuple[str, ...] = ()
    """Which kinds of entries it is to leave in the outbox; none: a session that nobody else hears of costs nothing."""


@dataclass(frozen=True)
class Changes:
    """What changed since a cursor. A new ``incarnation`` means Redis was emptied: read everything."""

    incarnation: str
    cursor: int
    session_ids: tuple[str, ...]
    ended: tuple[str, ...]
    """Those of them that have a verdict."""


class SessionControl:
    """The operator's handle on Redis (redis.asyncio). All methods raise ``redis.RedisError`` when it is away."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self.credential_requests = CredentialRequests(client, keys)

    async def observe(self, session_ids: Sequence[str]) -> list[SessionSnapshot]:
        """What Redis says of these sessions, in their order, in one round trip."""
        if not session_ids:
            return []
        try:
            answers = await self._observe(session_ids)
        except NoScriptError:
            await self._client.script_load(script("observe").text)
            answers = await self._observe(session_ids)
        return [read_snapshot(session_id, answer) for session_id, answer in zip(session_ids, answers, strict=True)]

    async def dispatch(self, order: DispatchOrder) -> bool:
        """Raise the fence to this attempt and put the spec beside the state.

        Pages and findings of earlier attempts stay; a repeat of the same attempt changes nothing.
        False: a newer attempt is there, or the session has a verdict.
        """
        task_id = crawl_task_id(order.session_id, order.attempt, 0)
        return bool(
            await self._run(
                "dispatch",
                order.session_id,
                order.attempt,
                order.generation,
                order.shards,
                order.spec_json,
                order.namespace,
                order.name,
                " ".join(order.entries),
                task_id,
            )
        )

    async def reopen(self, session_id: str, attempt: int, shards: Collection[int], grace: float) -> int:
        """Let these shards be taken again, whose workers have left, or are dead for ``grace`` seconds.

        Returns:
            How many of them can be; messages bring them to the workers' notice.
        """
        return int(await self._run("reopen", session_id, attempt, round(1000 * grace), len(shards), *shards))

    async def mark_sent(self, session_id: str, attempt: int) -> None:
        """Note that this attempt's message was sent now."""
        await self._run("mark_sent", session_id, attempt)

    async def signal(self, session_id: str, attempt: int, generation: int, signal: Signal) -> bool:
        """Ask the attempt's workers to go on, suspend or cancel. False: it is stale or has a verdict."""
        return bool(await self._run("signal", session_id, attempt, generation, signal))

    async def cancel(
        self, session_id: str, attempt: int, generation: int, reason: str, order: DispatchOrder | None = None
    ) -> Verdict:
        """End the session by compare-and-set; returns the verdict that holds, ours or an earlier one.

        ``order``: what a dispatch would have written; with it others hear of the end of one that was never dispatched.

        Raises:
            FenceLost: there is no verdict yet, but a newer attempt than this.
        """
        spec = (order.spec_json, order.namespace, order.name, " ".join(order.entries)) if order else ("", "", "", "")
        return Verdict.model_validate_json(await self._run("cancel", session_id, attempt, generation, reason, *spec))

    async def fence_off(self, session_id: str, attempt: int) -> None:
        """Raise the epoch so that whoever still holds the lease of this attempt can write no more."""
        await self._run("fence_off", session_id, attempt)

    async def acknowledge(self, session_id: str, status: str, error: str | None) -> None:
        """The terminal status has reached the resource: write the seed's state and start its 24 h to live."""
        await self._run("acknowledge", session_id, status, error or "", KEEP_SECONDS)

    async def delete(self, session_id: str) -> None:
        """The resource is gone: fence off every holder and remove all keys of the session."""
        await self._run("delete", session_id)

    async def changes(self, incarnation: str | None, cursor: int) -> Changes:
        """Which sessions changed since the cursor; all of them, if Redis is not the one the cursor came from."""
        verdict_of = self._keys.session("%s").verdict
        current, latest, changed, ended = await self._run(
            "changes", "", incarnation or "", cursor, secrets.token_hex(8), verdict_of
        )
        return Changes(current, int(latest), tuple(changed), tuple(ended))

    async def expired_leases(self) -> list[str]:
        """The sessions that have a lease which ran out (by Redis TIME)."""
        members = await self._run("expired_leases", "")
        return list(dict.fromkeys(member.rpartition("/")[0] for member in members))

    async def stored_sessions(self) -> dict[str, float]:
        """Every session id that has keys here, with its state's age in seconds."""
        stored = await self._run("stored_sessions", "")
        return {stored[i]: float(stored[i + 1]) / 1000 for i in range(0, len(stored), 2)}

    async def publish_live(self, session_ids: Sequence[str]) -> None:
        """Publish the ids whose resources exist, with the time, for ``cleanup_old_sessions``."""
        await self._run("publish_live", "", json.dumps(list(session_ids)))

    async def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter, in place of an earlier one of the same task id."""
        await self._run("bury", "", letter.task_id, MAX_LETTERS, letter.model_dump_json())

    async def dead_letters(self) -> int:
        """How many dead letters there are."""
        return int(await self._client.xlen(self._keys.dead_letters))

    def outbox(self, reader: str) -> Outbox:
        """What happened to sessions that others are to hear of."""
        return Outbox(self._client, self._keys, reader)

    def delivery_book(self) -> DeliveryBook:
        """What was delivered to them."""
        return DeliveryBook(self._client, self._keys)

    async def redis_time(self) -> datetime:
        """What Redis' clock says now."""
        return await redis_time(self._client)

    async def _run(self, name: str, session_id: str, *arguments: Argument) -> Any:  # noqa: ANN401 a script may answer anything
        return await run_async(self._client, script(name), self._keys, session_id, *arguments)

    async def _observe(self, session_ids: Sequence[str]) -> list[Any]:
        observe = script("observe")
        async with self._client.pipeline(transaction=False) as pipeline:
            for session_id in session_ids:
                count, values = observe.fill(self._keys, session_id, ())
                pipeline.evalsha(observe.sha, count, *values)
            answers: list[Any] = await pipeline.execute()
        return answers

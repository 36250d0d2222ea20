"""The worker's side of the lease: take it, keep it, give it back. Blocking, for the beating thread."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import redis

from bughive_protocol.keys import Keys
from bughive_protocol.lease import LEASE_TTL_SECONDS, AcquireResult, BeatResult, Fence, Release, ReleaseReason
from bughive_protocol.scripts import Argument, run, script


@dataclass(frozen=True)
class Acquired:
    """What acquire answered; all but ``result`` is only there when that is OK."""

    result: AcquireResult
    fence: Fence | None = None
    spec_json: str = ""
    """The CrawlSessionSpec as JSON, by alias."""
    namespace: str = ""
    name: str = ""


class LeaseStore:
    """Leases in Redis. Every method may be repeated after a lost answer. All raise ``redis.RedisError``."""

    def __init__(self, client: redis.Redis, keys: Keys, ttl_seconds: float = LEASE_TTL_SECONDS) -> None:
        self._client = client
        self._keys = keys
        self._ttl_ms = round(ttl_seconds * 1000)

    def acquire(self, session_id: str, attempt: int, shard: int, worker: str) -> Acquired:
        """Take the lease of one shard, if the message with these ids still holds.

        Args:
            session_id: the resource's uid.
            attempt: the dispatch that the message came from.
            shard: which of the session's shards, from 0.
            worker: host and process, for people.
        """
        owner = secrets.token_hex(8)
        answer = self._run("acquire", session_id, attempt, shard, owner, worker, self._ttl_ms)
        result = AcquireResult(answer[0])
        if result is not AcquireResult.OK:
            return Acquired(result)
        _, epoch, (spec_json, namespace, name) = answer
        fence = Fence(session_id=session_id, shard=shard, attempt=attempt, epoch=epoch, owner=owner)
        return Acquired(result, fence, spec_json, namespace, name)

    def beat(self, fence: Fence, current_url: str | None = None) -> BeatResult:
        """Prolong the lease. LOST: it ran out or was taken; DRAIN is never answered, the worker knows that itself."""
        return self._beat(fence, current_url, revive=False)

    def reacquire(self, fence: Fence) -> BeatResult:
        """Prolong a lease that has run out, if nobody else has taken it since; else LOST."""
        return self._beat(fence, None, revive=True)

    def release(
        self, fence: Fence, reason: ReleaseReason, message: str = "", *, permanent: bool = False, error: str = ""
    ) -> Release:
        """Give the shard's pages back, drop the lease and say why.

        Raises:
            FenceLost: another attempt or epoch owns the session; nothing was written.
        """
        record = {
            "reason": reason,
            "attempt": fence.attempt,
            "epoch": fence.epoch,
            "message": message,
            "permanent": permanent,
            "error": error,
        }
        answer = self._run("release", fence.session_id, fence.shard, fence.token, json.dumps(record))
        return Release.model_validate_json(answer)

    def _beat(self, fence: Fence, current_url: str | None, *, revive: bool) -> BeatResult:
        url = current_url or ""
        return BeatResult(self._run("beat", fence.session_id, fence.shard, fence.token, self._ttl_ms, int(revive), url))

    def _run(self, name: str, session_id: str, *arguments: Argument) -> Any:  # noqa: ANN401 a script may answer anything
        return run(self._client, script(name), self._keys, session_id, *arguments)

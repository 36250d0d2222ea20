"""How a session ends: one finisher is elected, leaves the digest, and writes the verdict.

Written for several shards: each asks ``elect`` when it has nothing to claim.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import redis.asyncio

from bughive_crds.crawl_session import Outcome
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.limits import Limits
from bughive_protocol.scripts import Argument, run_async, script
from bughive_protocol.snapshot import Digest, Verdict

MAX_DIGEST_BYTES = 32 * 1024
"""A digest becomes a resource in etcd, which is no bug database."""


class Election(StrEnum):
    """What a shard that has nothing to claim does next."""

    WORK = "WORK"
    """There is something to claim again."""
    WAIT = "WAIT"
    """Others hold claims, or another shard is finishing: ask again soon, it may die."""
    FINISH = "FINISH"
    """This shard is the finisher."""
    DONE = "DONE"
    """The session has a verdict: leave."""


class Finisher:
    """The end of a session, as the holder of one shard's lease sees it. Every method may be repeated.

    All methods raise ``FenceLost`` where a newer attempt or epoch owns the session.
    """

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, fence: Fence, limits: Limits) -> None:
        self._client = client
        self._keys = keys
        self._fence = fence
        self._limits = limits

    async def elect(self) -> Election:
        """Become the finisher if it is time and nobody else alive is. The office lasts as long as the lease."""
        return Election(await self._write("elect", self._limits.max_pages))

    async def elect_reporter(self) -> Election:
        """Of a session that was stopped: report what there is (FINISH), soon (WAIT), or not (DONE)."""
        return Election(await self._write("report_partly"))

    async def put_digest(self, digest: Digest) -> None:
        """Leave the result in short, before ``finish`` or, for a session that is stopped, before the release.

        Raises:
            ValueError: it is larger than ``MAX_DIGEST_BYTES`` as JSON.
        """
        body = digest.model_dump_json(by_alias=True)
        if len(body.encode()) > MAX_DIGEST_BYTES:
            raise ValueError(
                f"the digest has {len(body.encode())} bytes, more than {MAX_DIGEST_BYTES}: list fewer bugs"
            )
        await self._write("put_digest", body)

    async def finish(self, outcome: Outcome, summary: Mapping[str, Any]) -> Verdict:
        """End the session and drop the lease, unless it has a verdict already.

        Returns:
            The verdict that holds. ``cancelled``: the operator was first; the lease is still held, release it.
        """
        return Verdict.model_validate_json(await self._write("finish", outcome, json.dumps(dict(summary))))

    async def _write(self, name: str, *arguments: Argument) -> Any:  # noqa: ANN401 a script may answer anything
        fence = self._fence
        proof = (fence.shard, fence.token)
        return await run_async(self._client, script(name), self._keys, fence.session_id, *proof, *arguments)

"""What integrations tell others of a session, read by its id alone: they hold no lease, and it may be over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import redis.asyncio

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.frontier import Counts
from bughive_protocol.keys import Keys
from bughive_protocol.record_arguments import StoredFinding
from bughive_protocol.scripts import run_async, script
from bughive_protocol.snapshot import Digest, Verdict
from bughive_protocol.state import SessionState
from bughive_protocol.tally import counts_of


@dataclass(frozen=True)
class SessionFacts:
    """A session at one moment."""

    id: str
    namespace: str
    name: str
    spec: CrawlSessionSpec
    state: SessionState
    counts: Counts
    verdict: Verdict | None
    """None: it is not over."""
    digest: Digest | None
    """None: it is not over, or was stopped before it could report."""


async def read_facts(client: redis.asyncio.Redis, keys: Keys, session_id: str) -> SessionFacts | None:
    """What Redis knows of the session; None: nothing, as after its deletion, or a day after its end.

    Raises:
        redis.RedisError: Redis is away.
        pydantic.ValidationError: the spec is one that this version does not understand.
    """
    own = keys.session(session_id)
    async with client.pipeline(transaction=True) as pipeline:
        pipeline.hmget(own.spec, ["json", "namespace", "name"])
        pipeline.hgetall(own.state)
        pipeline.get(own.verdict)
        pipeline.get(own.digest)
        (spec_json, namespace, name), state, verdict, digest = await pipeline.execute()
    if spec_json is None or "session_id" not in state:
        return None
    return SessionFacts(
        id=session_id,
        namespace=namespace,
        name=name,
        spec=CrawlSessionSpec.model_validate_json(spec_json),
        state=SessionState.from_fields(state),
        counts=counts_of(await run_async(client, script("count"), keys, session_id)),
        verdict=None if verdict is None else Verdict.model_validate_json(verdict),
        digest=None if digest is None else Digest.model_validate_json(digest),
    )


async def read_findings(
    client: redis.asyncio.Redis, keys: Keys, session_id: str, fingerprints: Sequence[str]
) -> list[StoredFinding]:
    """The findings of these fingerprints, in their order; those that are unknown are left out."""
    if not fingerprints:
        return []
    stored = await client.hmget(keys.session(session_id).findings, list(fingerprints))
    return [StoredFinding.model_validate_json(body) for body in cast("list[str | None]", stored) if body is not None]

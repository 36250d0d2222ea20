"""What tickets need to know of a session that is over, as Redis has it."""

from dataclasses import dataclass
from typing import Any

import redis.asyncio

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.finding import RecordedFinding
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.redis_store import RedisFindings, RedisImages
from bughive_protocol.snapshot import Digest, Verdict
from bughive_worker.net.urls import canonical, site_of
from bughive_worker.tickets.draft import SessionLink
from bughive_worker.tickets.mark import Mark


@dataclass(frozen=True)
class FinishedSession:
    """One session that ran to its end."""

    id: str
    namespace: str
    name: str
    spec: CrawlSessionSpec
    report_url: str
    """Where its report is; of use to people only where it is on the web."""

    def mark(self, fingerprint: str) -> Mark:
        """What the ticket of one of its bugs is known by."""
        return Mark(self.namespace, site_of(canonical(self.spec.url) or self.spec.url), fingerprint)

    def link(self) -> SessionLink:
        """How tickets speak of it."""
        return SessionLink(self.namespace, self.name, self.report_url)


class FinishedSessions:
    """Reads them. Every method raises ``redis.RedisError`` when Redis is away."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def get(self, session_id: str) -> FinishedSession | None:
        """The session; None: it is forgotten, not over, or was stopped before it had seen all there is to see."""
        own = self._keys.session(session_id)
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.hgetall(own.spec)
            pipeline.get(own.verdict)
            pipeline.get(own.digest)
            stored: tuple[Any, Any, Any] = tuple(await pipeline.execute())  # type: ignore[assignment]
        spec, verdict, digest = stored
        if not spec or verdict is None or Verdict.model_validate_json(verdict).cancelled:
            return None
        return FinishedSession(
            id=session_id,
            namespace=spec["namespace"],
            name=spec["name"],
            spec=CrawlSessionSpec.model_validate_json(spec["json"]),
            report_url=(Digest.model_validate_json(digest).report_url if digest else None) or "",
        )

    async def findings(self, session_id: str) -> list[RecordedFinding]:
        """All its bugs, in no particular order."""
        return await RedisFindings(self._client, self._keys, _reader(session_id)).all()

    async def picture(self, session_id: str, fingerprint: str) -> bytes | None:
        """A bug's picture as JPEG, if it is there."""
        return await RedisImages(self._client, self._keys, _reader(session_id)).get(fingerprint)


def _reader(session_id: str) -> Fence:
    """Who holds nothing: every write by it is refused."""
    return Fence(session_id=session_id, shard=0, attempt=0, epoch=0, owner="reader")

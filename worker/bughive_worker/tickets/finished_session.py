"""What tickets need to know of a session that is over, as Redis has it."""

from collections.abc import Callable
from dataclasses import dataclass

import redis.asyncio
import structlog

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.artifact_names import report_folder
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.finding import RecordedFinding
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.redis_images import RedisPictures
from bughive_protocol.redis_store import RedisFindings
from bughive_protocol.session_facts import read_facts
from bughive_worker.net.urls import canonical, site_of
from bughive_worker.report.pictures import read_pictures
from bughive_worker.tickets.draft import SessionLink
from bughive_worker.tickets.mark import Mark

OpenStore = Callable[[], ArtifactStore]
"""Raises ArtifactStoreUnavailable."""
log = structlog.get_logger(__name__)


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


async def read_finished(client: redis.asyncio.Redis, keys: Keys, session_id: str) -> FinishedSession | None:
    """The session; None: it is forgotten, not over, or was stopped before it had seen all there is to see.

    Raises:
        redis.RedisError: Redis is away.
    """
    facts = await read_facts(client, keys, session_id)
    if facts is None or facts.verdict is None or facts.verdict.cancelled:
        return None
    report_url = facts.digest.report_url if facts.digest else None
    return FinishedSession(facts.id, facts.namespace, facts.name, facts.spec, report_url or "")


async def read_bugs(client: redis.asyncio.Redis, keys: Keys, session_id: str) -> list[RecordedFinding]:
    """All its bugs, in no particular order. Raises ``redis.RedisError`` when Redis is away."""
    return await RedisFindings(client, keys, _reader(session_id)).all()


async def read_picture(
    client: redis.asyncio.Redis, keys: Keys, store: OpenStore, session: FinishedSession, fingerprint: str
) -> bytes | None:
    """A bug's picture as WebP, if it is there. Raises ``redis.RedisError`` when Redis is away.

    No ticket fails for its picture: a store that is away has none.
    """
    kept = await RedisPictures(client, keys, session.id).kept_of(fingerprint)
    if kept is None:
        return None
    folder = report_folder(session.namespace, session.id)
    try:
        return (await read_pictures({fingerprint: kept}, (fingerprint,), folder, store())).get(fingerprint)
    except ArtifactStoreUnavailable as error:
        log.warning("a ticket goes without its picture", fingerprint=fingerprint, reason=str(error))
        return None


def _reader(session_id: str) -> Fence:
    """Who holds nothing: every write by it is refused."""
    return Fence(session_id=session_id, shard=0, attempt=0, epoch=0, owner="reader")

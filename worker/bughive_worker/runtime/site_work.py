"""The product's work: crawl a real site with a real browser, and report what was found."""

from datetime import UTC, datetime
from functools import partial
from typing import cast

import redis.asyncio

from bughive_protocol.artifact_names import report_folder
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.control import Digest
from bughive_protocol.keys import Keys
from bughive_protocol.ledger import RedisLedger
from bughive_protocol.limits import MIB, Limits
from bughive_protocol.pace import RedisPace
from bughive_protocol.redis_images import OnRefusal, RedisImages
from bughive_protocol.redis_store import RedisFindings, RedisFrontier
from bughive_protocol.seen_pages import RedisSeenPages
from bughive_protocol.state import SessionState
from bughive_worker.analysis.models import Models
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd, CrawlJob, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.net.urls import canonical, site_of
from bughive_worker.report.document import SessionName
from bughive_worker.report.finish import Ended, write_report
from bughive_worker.runtime.credentials import Credentials
from bughive_worker.runtime.picture_room import PictureRoom
from bughive_worker.runtime.work import SessionWork, Turn
from bughive_worker.settings import WorkerSettings

_LOCK_SECONDS = 60.0
"""How long a worker that died may keep others from a site's history."""


class SiteWork:
    """Crawls and reports for one child: it owns the browser and the egress guard."""

    def __init__(
        self, settings: WorkerSettings, client: redis.asyncio.Redis, engine: Engine, store: ArtifactStore
    ) -> None:
        self._client = client
        self._keys = Keys(settings.redis_key_prefix)
        self._pace = RedisPace(client, self._keys)
        self._seen_pages = RedisSeenPages(client, self._keys)
        self._store = store
        self._pending_bytes = settings.pending_pictures_mib * MIB
        self._history_days = settings.history_retention_days
        self._engine = engine
        self._credentials = Credentials(client, self._keys)

    async def crawl(self, turn: Turn) -> bool:
        """See ``SessionWork.crawl``."""
        session_id = turn.fence.session_id
        read_secret = partial(self._credentials.secret, session_id)
        job = CrawlJob(session_id, turn.namespace, turn.name, turn.spec, read_secret)
        room = PictureRoom(self._client, self._keys, session_id, self._store)
        async with room.made():
            end = await crawl(job, self._stores(turn, room.ask), self._engine, turn.stop, turn.at_page)
        return end is CrawlEnd.COMPLETE

    async def conclude(self, turn: Turn, *, partial: bool) -> Digest:
        """See ``SessionWork.conclude``."""
        stores = self._stores(turn)
        session_id = turn.fence.session_id
        fields = await self._client.hgetall(self._keys.session(session_id).state)
        state = SessionState.from_fields(cast("dict[str, str]", fields))
        site = site_of(canonical(turn.spec.url) or turn.spec.url)
        ended = Ended(
            session=SessionName(id=session_id, namespace=turn.namespace, name=turn.name),
            spec=turn.spec,
            folder=report_folder(turn.namespace, session_id),
            counts=await stores.frontier.counts(),
            started_at=state.started_at,
            completed_at=datetime.now(UTC),
            site=site,
            history_lock=self._client.lock(self._keys.history_lock(turn.namespace, site), timeout=_LOCK_SECONDS),
            history_days=self._history_days,
            partial=partial,
        )
        return await write_report(ended, stores.findings, stores.images, self._store)

    async def close(self) -> None:
        """See ``SessionWork.close``."""
        await self._engine.stop()

    def _stores(self, turn: Turn, on_refusal: OnRefusal = lambda _: None) -> Stores:
        limits = Limits(turn.spec.scope.max_pages)
        return Stores(
            RedisFrontier(self._client, self._keys, turn.fence, limits),
            RedisFindings(self._client, self._keys, turn.fence),
            RedisImages(self._client, self._keys, turn.fence, all_bytes=self._pending_bytes, on_refusal=on_refusal),
            self._pace,
            self._seen_pages,
            RedisLedger(self._client, self._keys, turn.fence),
        )


async def open_site_work(settings: WorkerSettings, client: redis.asyncio.Redis) -> SessionWork:
    """Open the work of one child, in its loop.

    Raises:
        ArtifactStoreUnavailable: no report could be kept.
    """
    store = ArtifactStore(settings, make=True)
    await store.check()
    models = Models(settings, settings.egress_allow_cidrs)
    engine = Engine(settings, settings.egress_policy(), models=models)
    await engine.start()
    return SiteWork(settings, client, engine, store)

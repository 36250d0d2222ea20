"""The workers of one crawl: some visit pages, some check links, until there is nothing left for anyone."""

import asyncio
from datetime import UTC, datetime

from opentelemetry.trace import Span
from structlog.stdlib import get_logger

from bughive_protocol.errors import BugHiveError
from bughive_protocol.frontier import Claim, LinkItem, LinkRecord
from bughive_worker.crawl.graph import run_page
from bughive_worker.crawl.page_record import broken_record
from bughive_worker.crawl.seat import Seat
from bughive_worker.crawl.session import Session
from bughive_worker.crawl.steps import PageRun
from bughive_worker.detectors.ignoring import marked
from bughive_worker.detectors.registry import link_finding
from bughive_worker.metrics import count_link
from bughive_worker.tracing import page_span

LINK_BATCH = 8
_IDLE_SECONDS = 0.5
"""How soon a worker without work looks again: another shard may have found or given back some."""
log = get_logger(__name__)


class Workers:
    """What the workers of one crawl tell each other."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._frontier = session.stores.frontier
        self.seeding = True
        """There may be more pages soon, whatever the frontier says."""
        self.stopping = False
        """Claim nothing more."""
        self._news = asyncio.Event()

    def tell(self) -> None:
        """Wake those who wait: there may be work, or nothing may be left."""
        self._news.set()
        self._news = asyncio.Event()

    async def visit_pages(self) -> None:
        """Claim one page after the other and take it through the graph."""
        while not self.stopping:
            news = self._news
            claims = await self._frontier.claim_pages(1)
            if not claims and await self._nothing_is_left(news):
                return
            for claim in claims:
                with page_span(claim.item) as page:
                    await self._visit(claim, page)
                self.tell()

    async def check_links(self) -> None:
        """Claim a few links at a time and see where they lead."""
        while not self.stopping:
            news = self._news
            items = await self._frontier.claim_links(LINK_BATCH)
            if not items:
                if await self._nothing_is_left(news):
                    return
                continue
            records = await asyncio.gather(*(self._check(item) for item in items))
            await self._frontier.record_links(records)
            for record in records:
                count_link(record)
            self.tell()

    async def _nothing_is_left(self, news: asyncio.Event) -> bool:
        """Whether nobody has work, nor anyone at work who may find some; waits a moment where somebody has."""
        if not self.seeding:
            counts = await self._frontier.counts()
            pages_done = counts.pending == 0 or counts.crawled >= self._session.spec.scope.max_pages
            if pages_done and counts.claimed == counts.links_pending == counts.links_claimed == 0:
                return True
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                await news.wait()
        except TimeoutError:
            return False
        return False

    async def _visit(self, claim: Claim, page: Span) -> None:
        self._session.on_page(claim.item.url)
        seat = Seat()
        run = PageRun(self._session, claim, seat)
        try:
            await run_page(run)
        except BugHiveError:
            raise
        except Exception as error:
            # The page's failure, not the session's. Where the store is what failed, recording this fails too.
            log.exception("page failed", url=claim.item.url)
            page.record_exception(error)
            await run.record(broken_record(claim.item, error, datetime.now(UTC)))
        finally:
            await seat.leave()

    async def _check(self, item: LinkItem) -> LinkRecord:
        result = await self._session.checker.check(item.url)
        result = result.model_copy(update={"error": result.error and self._session.redaction.text(result.error)})
        checks = self._session.spec.checks
        found = link_finding(item, result, checks)
        (finding,) = marked((found,), checks.ignore, datetime.now(UTC)) if found else (None,)
        return LinkRecord(result=result, finding=finding)

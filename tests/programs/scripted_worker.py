"""A real worker whose sessions do what their start URL says, such as `http://script.test/pages?seconds=0.1`.

Everything but the crawl is the product's: command line, Celery, leases, frontier, verdict. Sessions of any other host
are crawled as the product does it. LEASE_SECONDS in the environment makes its leases shorter than the product's, and
RETRY_SECONDS the waits before a task is tried again.
"""

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import redis.asyncio
import structlog

from bughive_crds.crawl_report import CrawlReportContent, ReportedBug, ReportedPages
from bughive_crds.crawl_session import Outcome
from bughive_crds.model import Severity
from bughive_protocol.control import Digest
from bughive_protocol.errors import EgressRefused, SiteUnreachable
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import FrontierItem, PageEnd, PageRecord, PageResult
from bughive_protocol.keys import Keys
from bughive_protocol.lease import LEASE_TTL_SECONDS
from bughive_protocol.limits import Limits
from bughive_protocol.redis_store import RedisFindings, RedisFrontier
from bughive_worker.browser.host import BrowserHost
from bughive_worker.main import parse
from bughive_worker.runtime.site_work import open_site_work
from bughive_worker.runtime.work import SessionWork, Turn
from bughive_worker.serve import serve
from bughive_worker.settings import WorkerSettings

SITE = "http://script.test"
log = structlog.get_logger("scripted")


class ScriptedWork:
    def __init__(self, settings: WorkerSettings, client: redis.asyncio.Redis) -> None:
        self._settings = settings
        self._real: SessionWork | None = None
        self._client = client
        self._keys = Keys(settings.redis_key_prefix)
        self._host = BrowserHost(settings)

    async def _site_work(self) -> SessionWork:
        if self._real is None:
            self._real = await open_site_work(self._settings, self._client)
        return self._real

    async def crawl(self, turn: Turn) -> bool:
        if not turn.spec.url.startswith(SITE):
            return await (await self._site_work()).crawl(turn)
        return await self._act(turn)

    async def _act(self, turn: Turn) -> bool:  # noqa: C901 - one case an act
        act = urlsplit(turn.spec.url).path.strip("/")
        await self._note(turn, f"began {act}")
        log.info("the crawl speaks", act=act)
        match act:
            case "noop":
                return True
            case "pages":
                return await self._crawl_pages(turn)
            case "deadly":
                os.kill(os.getpid(), signal.SIGKILL)
            case "unreachable":
                raise SiteUnreachable("script.test refuses connections")
            case "refused":
                raise EgressRefused("script.test is private; add it to BUGHIVE_EGRESS_ALLOW_HOSTS")
            case "broken":
                raise ZeroDivisionError("a defect")
            case "hang":
                time.sleep(3600)  # noqa: ASYNC251 - a loop that hangs
            case "browser":
                await self._open_browser(turn)
            case "out-of-memory":
                os.kill(os.getpid(), signal.SIGKILL)  # as the kernel does it
            case "deaf":
                await asyncio.sleep(3600)  # hears no stop, but can be cancelled
        raise AssertionError(act)

    async def _open_browser(self, turn: Turn) -> None:
        chromium = await self._host.chromium()
        page = await chromium.browser.new_page()
        await page.goto("data:text/html,<title>open</title>")
        await self._note(turn, f"opened {await page.title()}")
        await turn.stop.wait()
        await asyncio.sleep(3600)

    async def _crawl_pages(self, turn: Turn) -> bool:
        script = parse_qs(urlsplit(turn.spec.url).query)
        seconds = float(script.get("seconds", ["0"])[0])
        frontier = RedisFrontier(self._client, self._keys, turn.fence, Limits(turn.spec.scope.max_pages))
        await frontier.add([FrontierItem(url=f"{SITE}/{n}", depth=1) for n in range(turn.spec.scope.max_pages)])
        while not turn.stop.is_set():
            claims = await frontier.claim_pages(1 if "deadly" in script else 3)
            if not claims:
                return True
            for claim in claims:
                turn.at_page(claim.item.url)
                await self._note(turn, f"visited {claim.item.url}")
                await asyncio.sleep(seconds)
                if claim.item.url.rpartition("/")[2] in script.get("deadly", ()):
                    os.kill(os.getpid(), signal.SIGKILL)
                if turn.stop.is_set():
                    return False
                page = PageResult(url=claim.item.url, end=PageEnd.LOADED, status=200)
                found = bugs_of(claim.item.url)
                await frontier.record_page(PageRecord(page=page, findings=found, recorded_at=datetime.now(UTC)))
                await self._note(turn, f"recorded {claim.item.url}")
        return False

    async def conclude(self, turn: Turn, *, partial: bool) -> Digest:
        if not turn.spec.url.startswith(SITE):
            return await (await self._site_work()).conclude(turn, partial=partial)
        await self._note(turn, f"concluded partial={partial}")
        findings = RedisFindings(self._client, self._keys, turn.fence)
        pages, bugs = await findings.pages(), await findings.all()
        content = CrawlReportContent(
            session=turn.name,
            url=turn.spec.url,
            outcome=None if partial else Outcome.PASSED,
            partial=partial,
            pages=ReportedPages(crawled=len(pages)),
            worst=tuple(
                ReportedBug(
                    fingerprint=bug.finding.fingerprint,
                    kind=bug.finding.kind,
                    severity=bug.finding.severity,
                    title=bug.finding.title,
                    url=bug.finding.url,
                    occurrences=bug.occurrences,
                )
                for bug in bugs
            ),
        )
        return Digest(content=content)

    async def close(self) -> None:
        await self._host.stop()
        if self._real is not None:
            await self._real.close()
        await self._client.rpush(f"{self._keys.prefix}:test:closed", "closed")

    async def _note(self, turn: Turn, what: str) -> None:
        now = time.time()
        await self._client.rpush(
            f"{self._keys.prefix}:test:{turn.fence.session_id}", f"{now} {turn.fence.epoch} {what}"
        )


def bugs_of(url: str) -> tuple[Finding, ...]:
    """A bug that every page has, and on each tenth page one of its own."""
    names = ["everywhere", *([url.rpartition("/")[2]] if url.endswith("0") else [])]
    return tuple(
        Finding(
            fingerprint=name,
            kind="planted",
            severity=Severity.LOW,
            confidence=Confidence.CERTAIN,
            title=name,
            url=url,
        )
        for name in names
    )


async def open_scripted_work(settings: WorkerSettings, client: redis.asyncio.Redis) -> ScriptedWork:
    return ScriptedWork(settings, client)


if __name__ == "__main__":
    given = parse(sys.argv[1:])
    lease_seconds = float(os.environ.get("LEASE_SECONDS", LEASE_TTL_SECONDS))
    retry_seconds = float(os.environ.get("RETRY_SECONDS", given.queues.retry_seconds))
    queue = replace(given.queues, retry_seconds=retry_seconds)
    sys.exit(serve(queue, open_scripted_work, given.concurrency, lease_seconds))

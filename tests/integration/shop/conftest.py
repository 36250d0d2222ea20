"""The shop and its clean twin, each crawled once by the real engine."""

from dataclasses import dataclass

import pytest_asyncio
from sites.launching import launch
from sites.shop.answer_key import Score, score

from bughive_crds.crawl_session import ArtifactsSpec, BrowserSpec, CrawlSessionSpec, ScopeSpec, Screenshots
from bughive_protocol.finding import Finding
from bughive_protocol.limits import Limits
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.pace import MemoryPace
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd, CrawlJob, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.detectors.registry import detect_site
from bughive_worker.net.egress import EgressPolicy

LOOPBACK = EgressPolicy.parse(("127.0.0.0/8",), ("localhost",))
MANY_PAGES = 250
"""More than the shop has, so that no bug is missed for want of a visit."""


@dataclass(frozen=True)
class Crawled:
    """What a crawl brought home."""

    findings: tuple[Finding, ...]
    pages: int

    @property
    def score(self) -> Score:
        return score(self.findings)


async def crawled(chromium: str, *options: str) -> Crawled:
    """Serve the shop in a process of its own and crawl all of it; memory stores, no pictures."""
    site = await launch("shop", *options)
    try:
        spec = CrawlSessionSpec(
            url=site.url,
            scope=ScopeSpec(max_pages=MANY_PAGES),
            browser=BrowserSpec(requests_per_second=100),
            artifacts=ArtifactsSpec(screenshots=Screenshots.NONE),
        )
        memory = MemorySession()
        stores = Stores(
            MemoryFrontier(memory, Limits(MANY_PAGES)), MemoryFindings(memory), MemoryImages(memory), MemoryPace()
        )
        async with Engine(BrowserSettings(chromium=chromium), LOOPBACK) as engine:
            end = await crawl(CrawlJob("shop", "local", "shop", spec), stores, engine, LocalStop())
        assert end is CrawlEnd.COMPLETE
        pages = await stores.findings.pages()
        await stores.findings.add(detect_site(pages, spec.checks))
        return Crawled(tuple(recorded.finding for recorded in await stores.findings.all()), len(pages))
    finally:
        await site.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shop(chromium: str) -> Crawled:
    return await crawled(chromium)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def clean_shop(chromium: str) -> Crawled:
    return await crawled(chromium, "--clean")

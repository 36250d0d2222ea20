"""(b), (c) BugHive in one process, behind the egress guard: with some of its detectors, or with everything.

``navigation`` runs the detectors that look at what the navigation itself tells, as the other contenders could at
no great cost: no inspection of templates, no pictures. ``full`` is what a session does by default. With ``straight``
as the last word the browser goes to the site without the guard.
"""

import asyncio
import sys
from urllib.parse import urlsplit

from measure import Stopwatch

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.limits import Limits
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.pace import MemoryPace
from bughive_worker.browser.host import BrowserHost
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.graph import page_graph
from bughive_worker.crawl.job import CrawlJob, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.net.egress import EgressPolicy

NAVIGATION = ["page-failures", "http-errors", "broken-links", "exceptions", "console-errors", "missing-titles"]


def spec_of(url: str, limit: int, mode: str) -> CrawlSessionSpec:
    spec = {"url": url, "scope": {"maxPages": limit, "sitemap": False}, "browser": {"requestsPerSecond": 1000}}
    if mode == "navigation":
        spec |= {"checks": {"enable": NAVIGATION}, "artifacts": {"screenshots": "None"}}
    return CrawlSessionSpec.model_validate(spec)


class StraightEngine(Engine):
    """An engine whose browser knows no proxy."""

    async def start(self) -> None:
        await super().start()
        self._host = BrowserHost(self._settings)


async def run(url: str, limit: int, concurrency: int, executable: str, mode: str, way: str = "guarded") -> None:
    settings = BrowserSettings(chromium=executable, browser_pages=concurrency)
    policy = EgressPolicy.parse(allow_hosts=(urlsplit(url).hostname or "",))
    memory, limits = MemorySession(), Limits(limit)
    stores = Stores(MemoryFrontier(memory, limits), MemoryFindings(memory), MemoryImages(memory), MemoryPace())
    page_graph()
    async with (StraightEngine if way == "straight" else Engine)(settings, policy) as engine:
        await engine.host.chromium()
        watch = Stopwatch()
        await crawl(CrawlJob("bench", "bench", "bench", spec_of(url, limit, mode)), stores, engine, LocalStop())
        watch.report((await stores.frontier.counts()).crawled)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))

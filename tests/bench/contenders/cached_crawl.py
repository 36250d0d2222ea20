"""One session in a process of its own, with the result cache in Redis or without; prints what it took and told."""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

from measure import tree_cpu_seconds

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.connections import connect_async
from bughive_protocol.keys import Keys
from bughive_protocol.limits import Limits
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.pace import MemoryPace
from bughive_protocol.seen_pages import RedisSeenPages
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.graph import page_graph
from bughive_worker.crawl.job import CrawlJob, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.net.egress import EgressPolicy


async def run(given: dict) -> None:
    """``given``: url, pages, concurrency, chromium, redis, prefix, cache, screenshots."""
    spec = {
        "url": given["url"],
        # More than the site has, else the order of discovery decides which pages are among them.
        "scope": {"maxPages": 2 * given["pages"], "sitemap": False},
        "browser": {"requestsPerSecond": 1000},
        "checks": {"disable": ["slow-pages"]},  # what else the machine does decides on these
        "artifacts": {"screenshots": given["screenshots"]},
    }
    if given["cache"]:
        spec["resultCache"] = {"maxAgeSeconds": 3600}
    settings = BrowserSettings(chromium=given["chromium"], browser_pages=given["concurrency"])
    policy = EgressPolicy.parse(allow_hosts=(urlsplit(given["url"]).hostname or "",))
    memory, limits = MemorySession(), Limits(2 * given["pages"])
    page_graph()
    async with connect_async(given["redis"]) as client, Engine(settings, policy) as engine:
        stores = Stores(
            MemoryFrontier(memory, limits),
            MemoryFindings(memory),
            MemoryImages(memory),
            MemoryPace(),
            RedisSeenPages(client, Keys(given["prefix"])),
        )
        await engine.host.chromium()
        cpu, began = sum(tree_cpu_seconds().values()), time.monotonic()
        job = CrawlJob("bench", "bench", "bench", CrawlSessionSpec.model_validate(spec))
        await crawl(job, stores, engine, LocalStop())
        seconds, cpu = time.monotonic() - began, sum(tree_cpu_seconds().values()) - cpu
        counts = await stores.frontier.counts()
        kept = int(await client.hget(Keys(given["prefix"]).seen_pages, "bytes") or 0)
        bugs = {f"{one.finding.kind} {one.finding.fingerprint}": one.occurrences for one in await stores.findings.all()}
    told = {"pages": counts.crawled, "reused": counts.reused, "seconds": seconds, "cpu_seconds": cpu, "kept": kept}
    json.dump({**told, "bugs": dict(sorted(bugs.items()))}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))

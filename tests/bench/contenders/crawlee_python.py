"""(d) crawlee-python with its Playwright crawler, with its fastest honest settings.

Memory storage, no robots (the site has none that forbids), one browser with pages that share a
context, a fixed concurrency, and no throttling by its own load sensor.
"""

import asyncio
import logging
import sys
from datetime import timedelta

from crawlee import ConcurrencySettings, service_locator
from crawlee.configuration import Configuration
from crawlee.crawlers import (
    BasicCrawlingContext,
    PlaywrightCrawler,
    PlaywrightCrawlingContext,
    PlaywrightPreNavCrawlingContext,
)
from crawlee.storage_clients import MemoryStorageClient
from measure import Stopwatch


async def crawl(url: str, limit: int, concurrency: int, executable: str) -> None:
    service_locator.set_storage_client(MemoryStorageClient())
    service_locator.set_configuration(
        Configuration(
            disable_browser_sandbox=True, max_used_cpu_ratio=1.0, max_used_memory_ratio=1.0, available_memory_ratio=0.9
        )
    )
    crawler = PlaywrightCrawler(
        headless=True,
        browser_type="chromium",
        browser_launch_options={"executable_path": executable},
        browser_new_context_options={"viewport": {"width": 1366, "height": 768}},
        fingerprint_generator=None,
        max_requests_per_crawl=limit,
        max_request_retries=0,
        use_session_pool=False,
        concurrency_settings=ConcurrencySettings(
            min_concurrency=concurrency, max_concurrency=concurrency, desired_concurrency=concurrency
        ),
        configure_logging=False,
        statistics_log_format="inline",
        request_handler_timeout=timedelta(seconds=60),
    )
    logging.getLogger("crawlee").setLevel(logging.ERROR)
    done = 0

    watch: Stopwatch | None = None

    @crawler.pre_navigation_hook
    async def begin(_: PlaywrightPreNavCrawlingContext) -> None:
        nonlocal watch
        watch = watch or Stopwatch()  # its browser has started by now

    def finish() -> None:
        nonlocal done
        done += 1
        if done == limit and watch is not None:
            watch.report(done)  # before its browser ends, and takes its CPU time along

    @crawler.router.default_handler
    async def handle(context: PlaywrightCrawlingContext) -> None:
        await context.enqueue_links(strategy="same-origin")
        finish()

    @crawler.failed_request_handler
    async def fail(_context: BasicCrawlingContext, _error: Exception) -> None:
        finish()  # a dead link is a page that was visited, as for the others

    await crawler.run([url.rstrip("/") + "/"])


if __name__ == "__main__":
    asyncio.run(crawl(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))

"""A crawl stops soon when it is asked to, and leaves nothing claimed."""

import time

import pytest

from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.crawl.job import CrawlEnd
from bughive_worker.crawl.stop_reason import StopReason


async def stop_amid(crawl, reason: StopReason) -> float:
    """Run until the second page has begun, then ask for the stop; how many seconds that took."""
    begun: list[str] = []
    asked_at = 0.0

    def on_page(url: str) -> None:
        nonlocal asked_at
        begun.append(url)
        if len(begun) == 2:
            asked_at = time.monotonic()
            crawl.stop.request(reason)

    assert await crawl.run(on_page) is CrawlEnd.STOPPED
    return time.monotonic() - asked_at


@pytest.mark.parametrize("reason", [StopReason.DRAIN, StopReason.SLICE, StopReason.SUSPEND, StopReason.CANCEL])
async def test_what_is_not_finished_is_given_back(a_crawl, reason):
    crawl = a_crawl("/calm")

    took = await stop_amid(crawl, reason)

    counts = await crawl.stores.frontier.counts()
    assert (counts.claimed, counts.links_claimed) == (0, 0)
    assert 0 < counts.crawled < 41
    assert took < 8


async def test_a_page_that_hangs_is_abandoned(a_crawl):
    crawl = a_crawl("/starts-hanging")

    took = await stop_amid(crawl, StopReason.DRAIN)

    counts = await crawl.stores.frontier.counts()
    assert (counts.claimed, counts.crawled) == (0, 1)
    assert counts.pending >= 1
    assert took < 8


async def test_a_lost_session_is_not_written_to(a_crawl):
    crawl = a_crawl("/starts-hanging")

    await stop_amid(crawl, StopReason.LOST)

    assert (await crawl.stores.frontier.counts()).claimed >= 1


async def test_a_stopped_crawl_goes_on_where_it_was(a_crawl):
    crawl = a_crawl("/calm")
    await stop_amid(crawl, StopReason.SLICE)
    before = set(crawl.pages())

    crawl.stop = LocalStop()
    again: list[str] = []
    assert await crawl.run(again.append) is CrawlEnd.COMPLETE

    assert len(crawl.pages()) == 41
    assert not {url.removeprefix(crawl.spec.url) for url in again} & before

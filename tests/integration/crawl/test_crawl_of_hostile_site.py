import pytest
from sites.hostile.pages import HOSTILE

from bughive_protocol.frontier import PageEnd
from bughive_protocol.picture import Capture
from bughive_worker.crawl.job import CrawlEnd


@pytest.mark.timeout(240)
async def test_a_crawl_gets_past_every_hostile_page(a_crawl):
    crawl = a_crawl()

    assert await crawl.run() is CrawlEnd.COMPLETE

    pages = crawl.pages()
    assert set(HOSTILE) <= set(pages)
    assert pages["/hangs"] == PageEnd.TIMED_OUT
    assert pages["/calm/2"] == PageEnd.LOADED, "where a hostile page redirected to"
    counts = await crawl.stores.frontier.counts()
    assert (counts.pending, counts.claimed, counts.links_pending, counts.links_claimed) == (0, 0, 0, 0)


async def test_what_recovers_at_the_second_look_is_no_bug(a_crawl, hostile):
    crawl = a_crawl("/recovers", max_depth=0)

    await crawl.run()

    assert crawl.pages() == {"": PageEnd.LOADED}
    assert hostile.site.hits["/recovers"] == 2
    assert "server-error" not in crawl.kinds()


async def test_a_failing_asset_that_recovers_is_no_bug(a_crawl, hostile):
    crawl = a_crawl("/recovers-asset", max_depth=0)

    await crawl.run()

    assert hostile.site.hits["/recovers-asset.js"] == 2
    assert "broken-asset" not in crawl.kinds()


async def test_what_fails_twice_is_a_bug(a_crawl, hostile):
    crawl = a_crawl("/server-error", max_depth=0)

    await crawl.run()

    assert hostile.site.hits["/server-error"] == 2
    assert crawl.found("server-error") == {f"{hostile.url}/server-error"}


async def test_a_page_that_asks_for_patience_is_asked_again_and_not_called_broken(a_crawl, hostile):
    crawl = a_crawl("/too-many", max_depth=0)

    await crawl.run()

    assert hostile.site.hits["/too-many"] == 3
    assert [page.status for page in crawl.memory.results.values()] == [429]
    assert not crawl.kinds() & {"server-error", "client-error", "broken-link"}


async def test_a_redirect_within_the_site_is_recorded_and_its_target_visited(a_crawl):
    crawl = a_crawl("/redirect-inside")

    await crawl.run()

    assert list(crawl.pages().values()) == [PageEnd.REDIRECTED_AWAY, PageEnd.LOADED]


async def test_no_more_pages_than_allowed_are_visited(a_crawl):
    crawl = a_crawl(max_pages=4)

    assert await crawl.run() is CrawlEnd.COMPLETE

    assert len(crawl.pages()) == 4


async def test_findings_get_a_picture(a_crawl):
    crawl = a_crawl("/throws", max_depth=0)

    await crawl.run()

    assert crawl.memory.images
    assert all(Capture.unpack(image).jpeg.startswith(b"\xff\xd8") for image in crawl.memory.images.values())
    assert set(crawl.memory.images) <= set(crawl.memory.findings)

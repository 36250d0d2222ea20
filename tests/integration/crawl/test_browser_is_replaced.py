import psutil

from bughive_protocol.frontier import PageEnd
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd
from bughive_worker.net.egress import EgressPolicy

LOOPBACK = EgressPolicy.parse(["127.0.0.0/8"])


def browsers() -> int:
    """How many browsers run under this process, by the mark that each has."""
    marks = set()
    for process in psutil.Process().children(recursive=True):
        try:
            marks |= {argument for argument in process.cmdline() if argument.startswith("--bughive-browser=")}
        except psutil.Error:
            continue
    return len(marks)


async def test_a_worn_out_browser_is_replaced_in_mid_crawl_without_a_trace(hostile, crawl_of, no_such_name):
    settings = BrowserSettings(browser_pages=3, browser_recycle_pages=15)
    async with Engine(settings, LOOPBACK, no_such_name) as engine:
        crawl = crawl_of(engine, f"{hostile.url}/calm")

        assert await crawl.run() is CrawlEnd.COMPLETE

        assert engine.host.restarts >= 2
        assert browsers() == 1
    assert len(crawl.pages()) == 41
    assert set(crawl.pages().values()) == {PageEnd.LOADED}


async def test_sessions_do_not_share_storage(engine, hostile, crawl_of):
    hostile.site.page("/stores", "<script>document.title = localStorage.seen; localStorage.seen = 'before'</script>")
    first, second = (crawl_of(engine, f"{hostile.url}/stores", max_depth=0) for _ in range(2))

    await first.run()
    await second.run()

    titles = [page.title for crawl in (first, second) for page in crawl.memory.results.values()]
    assert titles == ["undefined", "undefined"]

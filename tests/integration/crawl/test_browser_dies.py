"""A browser that is killed in mid-crawl costs time, and nothing else."""

import asyncio

import psutil
import pytest

from bughive_protocol.frontier import PageEnd
from bughive_worker.crawl.job import CrawlEnd


def processes(word: str) -> list[psutil.Process]:
    """Our own children, at any depth, whose command line holds ``word``."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if any(word in argument for argument in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kill(word: str) -> None:
    victims = processes(word)
    assert victims
    for process in victims:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


@pytest.mark.parametrize("victim", ["--remote-debugging-pipe", "playwright/driver"])
async def test_a_crawl_survives_kill_9_of(a_crawl, victim):
    crawl = a_crawl("/calm")
    begun: list[str] = []

    def on_page(url: str) -> None:
        begun.append(url)
        if len(begun) in (8, 20):
            asyncio.get_running_loop().call_later(0.05, kill, victim)

    assert await crawl.run(on_page) is CrawlEnd.COMPLETE

    assert set(begun) == {page.url for page in crawl.memory.results.values()}
    assert len(begun) == len(set(begun)), "no page was claimed twice"
    assert len(begun) == 41
    assert set(crawl.pages().values()) == {PageEnd.LOADED}


async def test_a_page_that_kills_every_renderer_is_recorded_as_crashed_and_the_session_goes_on(a_crawl, hostile):
    async def assassin() -> None:
        """Kill the renderer that the page keeps busy, each time it was asked for."""
        killed = 0
        while True:
            await asyncio.sleep(0.1)
            if hostile.site.hits.get("/hangs", 0) > killed:
                busy = await asyncio.to_thread(busiest_renderer)
                if busy is not None:
                    busy.kill()
                    killed += 1

    killing = asyncio.create_task(assassin())
    crawl = a_crawl("/starts-hanging", max_depth=1)
    try:
        assert await crawl.run() is CrawlEnd.COMPLETE
    finally:
        killing.cancel()

    assert list(crawl.pages().values()) == [PageEnd.LOADED, PageEnd.CRASHED]


def busiest_renderer() -> psutil.Process | None:
    for process in processes("--type=renderer"):
        try:
            if process.cpu_percent(0.2) > 20:
                return process
        except psutil.Error:
            continue
    return None


async def test_nothing_is_left_running(a_crawl, engine):
    crawl = a_crawl("/calm/0", max_depth=0)
    await crawl.run()

    await engine.stop()

    async with asyncio.timeout(10):
        while processes("--remote-debugging-pipe") or processes("playwright/driver"):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.05)

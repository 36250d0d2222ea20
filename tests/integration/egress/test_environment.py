"""Proxies that the environment names are ways out too: nothing of BugHive's uses them."""

import aiohttp
import pytest
from playwright.async_api import Error, async_playwright
from sites.ways_out.grounds import OUTSIDE, Grounds
from sites.ways_out.way import Reply, Way

from bughive_protocol.frontier import FrontierItem, PageEnd
from bughive_worker.browser.chromium import find_chromium
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.browser.visit import visit
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.window import Presentation, Window
from bughive_worker.crawl.engine import Engine
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.fetch import Fetcher
from bughive_worker.net.outbound import Outbound

SITE = Way("environment", {"/": Reply("<!doctype html><html lang=en><title>x</title>")})
GUARDED = EgressPolicy.parse([OUTSIDE])
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture
async def grounds():
    async with Grounds([SITE]) as grounds:
        yield grounds


@pytest.fixture(autouse=True)
def environment(monkeypatch, grounds):
    """The worker's environment names the canary as its proxy."""
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in VARIABLES:
        monkeypatch.setenv(name, f"http://{grounds.inside(SITE)}/")


@pytest.mark.usefixtures("chromium")
async def test_the_browser_uses_no_proxy_of_the_environment(grounds):
    async with Engine(BrowserSettings(), GUARDED, grounds.resolve) as engine:
        window = Window(engine.host, Presentation())
        async with window.tab() as tab:
            seen = await visit(tab, FrontierItem(url=grounds.url(SITE), depth=0), VisitRules(5))
        await window.close()
    assert seen.end is PageEnd.LOADED
    assert grounds.visits(SITE) == 0


async def test_requests_without_a_browser_use_none_either(grounds):
    async with Engine(BrowserSettings(), GUARDED, grounds.resolve) as engine, Outbound(GUARDED) as outbound:
        async with Fetcher(engine.proxy, user_agent="BugHive") as fetcher:
            fetched = await fetcher.get(grounds.url(SITE))
        answer = await outbound.request(
            "GET", f"http://{OUTSIDE}:{grounds.port}/", headers={}, body=b"", limit_bytes=10, timeout_seconds=5
        )
    assert (fetched.status, answer.status) == (200, 404)
    assert grounds.visits(SITE) == 0


@pytest.mark.usefixtures("chromium")
async def test_a_browser_of_its_own_would_use_them(grounds):
    url = f"http://shop.example:{grounds.port}/"
    async with async_playwright() as playwright:
        executable = find_chromium("", playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=executable)
        page = await browser.new_page()
        with pytest.raises(Error):
            await page.goto(url)
    assert grounds.visits(SITE) > 0


async def test_a_client_that_trusts_the_environment_would_use_them(grounds):
    async with aiohttp.ClientSession(trust_env=True) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://shop.example:{grounds.port}/")
    assert grounds.visits(SITE) > 0

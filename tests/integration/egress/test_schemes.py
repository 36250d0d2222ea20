"""A page leads the browser to nothing but http and https, whatever else the browser could open."""

import asyncio
import contextlib
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Error, Page
from sites.ways_out.grounds import OUTSIDE, Grounds
from sites.ways_out.way import Reply, Way, redirect, script

from bughive_protocol.frontier import FrontierItem
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.browser.visit import visit
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.window import Presentation, Window
from bughive_worker.crawl.engine import Engine
from bughive_worker.net.egress import EgressPolicy

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("chromium")]

FILE = Path(__file__).as_uri()
SECRET = "a phrase that stands in this file alone"
TARGETS = {
    "file": FILE,
    "view-source": f"view-source:{FILE}",
    "chrome": "chrome://version/",
    "devtools": "devtools://devtools/bundled/inspector.html",
    "ftp": "ftp://127.7.0.1/",
    "filesystem": "filesystem:file:///temporary/",
}
WAYS = [
    each
    for name, target in TARGETS.items()
    for each in (
        script(f"{name}-location", f'location = "{target}"'),
        script(f"{name}-window", f'window.open("{target}")'),
        script(f"{name}-frame", f"document.body.innerHTML = '<iframe src=\"{target}\"></iframe>'"),
        script(
            f"{name}-fetch",
            f'fetch("{target}").then((answer) => answer.text()).then((text) => {{ document.body.textContent = text }})',
        ),
        Way(f"{name}-redirect", {"/": redirect(target)}),
        Way(f"{name}-refresh", {"/": Reply("stays", headers=(f"Refresh: 0; url={target}",))}),
    )
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place():
    async with (
        Grounds(WAYS) as grounds,
        Engine(BrowserSettings(), EgressPolicy.parse([OUTSIDE]), grounds.resolve) as engine,
    ):
        window = Window(engine.host, Presentation())
        yield grounds, window
        await window.close()


async def text_of(page: Page) -> str:
    """What the page shows; the browser may just be putting an error's page in its place."""
    for _ in range(20):
        with contextlib.suppress(Error):
            return str(await page.evaluate("document.documentElement?.textContent ?? ''"))
        await asyncio.sleep(0.1)
    raise AssertionError(f"{page.url} cannot be read")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_a_page_leads_to_no_other_scheme(place, way):
    grounds, window = place
    async with window.tab() as tab:
        await visit(tab, FrontierItem(url=grounds.url(way), depth=0), VisitRules(3))
        shown = {frame.url.partition(":")[0] for frame in tab.page.frames}
        text = await text_of(tab.page)
    assert (way.name, "/") in grounds.site.asked
    assert shown <= {"http", "about", "chrome-error", ""}
    assert SECRET not in text


async def test_the_browser_itself_could_open_files(place):
    _, window = place
    async with window.tab() as tab:
        await tab.page.goto(FILE)
        assert SECRET in await tab.page.content()

"""Every way out is tried by the real engine: nobody comes to the forbidden address, and the way is one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Error, Page, async_playwright
from sites.ways_out.elements import ELEMENTS
from sites.ways_out.grounds import NOBODY, OUTSIDE, Grounds
from sites.ways_out.navigations import NAVIGATIONS
from sites.ways_out.scripts import SCRIPTS
from sites.ways_out.spellings import SPELLINGS, UNREACHABLE
from sites.ways_out.way import Control, Way

from bughive_protocol.frontier import FrontierItem
from bughive_worker.browser.chromium import find_chromium
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.browser.visit import visit
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.window import Presentation, Window
from bughive_worker.crawl.engine import Engine
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.hosts import normal_host
from bughive_worker.net.proxy import EgressProxy, ProxyLimits

pytestmark = pytest.mark.timeout(600)  # all ways are tried before the first test

WAYS = (*NAVIGATIONS, *ELEMENTS, *SCRIPTS, *SPELLINGS, *UNREACHABLE)
OPEN = [way for way in WAYS if way.control is not Control.NOBODY]
AT_ONCE = 3
TRIES = 8
"""How often something is clicked: a window that is opened may be closed before it asks for anything."""


@dataclass(frozen=True)
class Outcome:
    """What became of one way."""

    tried: bool
    """The guard refused it, or, where it closes without the guard, the page said that it had tried."""
    leaked: int
    """How often somebody came to the forbidden address."""
    leads_out: bool
    """Without what closes it, somebody does."""


async def until(condition: Callable[[], bool], seconds: float = 2) -> bool:
    """Wait for a condition. Returns whether it holds in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - any state of the world may be asked
                await asyncio.sleep(0.01)
    return condition()


async def click(page: Page, selector: str) -> None:
    if selector:
        with contextlib.suppress(Error):  # the page that is left takes the answer with it
            await page.eval_on_selector(selector, "(element) => element.click()")


async def each(ways: list[Way], attempt: Callable[[Way], Awaitable[bool]]) -> dict[str, bool]:
    """What became of each attempt; a few are made at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(way: Way) -> bool:
        async with places:
            return await attempt(way)

    return dict(zip([way.name for way in ways], await asyncio.gather(*map(one, ways)), strict=True))


async def in_engine(
    grounds: Grounds, ways: list[Way], policy: EgressPolicy, done: Callable[[Way, EgressProxy], bool]
) -> dict[str, bool]:
    """Let the engine visit the pages of all ways, each until it is done. Returns which were."""
    engine = Engine(BrowserSettings(browser_pages=AT_ONCE), policy)
    # What was resolved is not remembered: no cache helps against names that change.
    engine.proxy = EgressProxy(policy, resolve=grounds.resolve, limits=ProxyLimits(dns_ttl=-1))
    async with engine:
        window = Window(engine.host, Presentation())

        async def attempt(way: Way) -> bool:
            async with window.tab() as tab:
                rules = VisitRules(5, failure_of=engine.proxy.last_failure)
                await visit(tab, FrontierItem(url=grounds.url(way), depth=0), rules)
                for _ in range(TRIES):
                    await click(tab.page, way.click)
                    if await until(lambda: done(way, engine.proxy)):
                        return True
                return False

        try:
            return await each(ways, attempt)
        finally:
            await window.close()


async def in_bare_chromium(grounds: Grounds, ways: list[Way]) -> dict[str, bool]:
    """Let a browser that knows nothing of BugHive open the pages. Returns which led somebody to the canary."""
    async with async_playwright() as playwright:
        executable = find_chromium("", playwright.chromium.executable_path)
        resolving = "--host-resolver-rules=MAP *.localhost 127.0.0.1"
        browser = await playwright.chromium.launch(executable_path=executable, args=[resolving])

        async def attempt(way: Way) -> bool:
            page = await browser.new_page()
            await page.goto(grounds.url(way))
            await click(page, way.click)
            return await until(lambda: grounds.visits(way) > 0, 10)

        return await each(ways, attempt)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcomes(chromium: str) -> dict[str, Outcome]:
    del chromium
    guarded = EgressPolicy.parse([OUTSIDE, NOBODY])
    allowing = EgressPolicy.parse(["127.0.0.0/8", "::1"])

    async with Grounds(WAYS) as grounds, Grounds(WAYS, "127.8") as control:

        def refused(way: Way, proxy: EgressProxy) -> bool:
            if way.tells:
                return (way.name, "/told") in grounds.site.asked
            host = normal_host(grounds.host(way).rpartition("@")[2])
            failure = proxy.last_failure(host or "", grounds.port)
            return failure is not None and failure.kind is FailureKind.REFUSED_BY_GUARD

        tried = await in_engine(grounds, list(WAYS), guarded, refused)
        allowed = [way for way in WAYS if way.control is Control.ALLOWED]
        leads_out = await in_engine(control, allowed, allowing, lambda way, _: control.visits(way) > 0)
        bare = [way for way in WAYS if way.control is Control.BARE]
        leads_out |= await in_bare_chromium(control, bare)
        return {way.name: Outcome(tried[way.name], grounds.visits(way), leads_out.get(way.name, False)) for way in WAYS}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_nobody_comes_to_the_forbidden_address(outcomes, leak_matrix, way):
    outcome = outcomes[way.name]
    leak_matrix.refused[way.name], leak_matrix.leaks[way.name] = outcome.tried, outcome.leaked
    assert outcome.leaked == 0
    assert outcome.tried


@pytest.mark.parametrize("way", OPEN, ids=lambda way: way.name)
def test_the_way_leads_out_where_nothing_closes_it(outcomes, leak_matrix, way):
    leak_matrix.leads_out[way.name] = outcomes[way.name].leads_out
    assert outcomes[way.name].leads_out


def test_the_page_on_security_names_every_way(security_page):
    marks = {Control.BARE: "*"}
    assert [way.name for way in WAYS if f"`{way.name}`{marks.get(way.control, '')}" not in security_page] == []


def test_there_are_many_ways():
    assert len({way.name for way in WAYS}) == len(WAYS)
    assert len(OPEN) >= 60

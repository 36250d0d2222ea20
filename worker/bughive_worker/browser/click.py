"""Clicks one control of a page that was just visited, and tells what came of it. Nothing is written to the server.

From the click on, requests that could change something there (all but GET and HEAD) and navigations that leave the site
are stopped and told of. The tab is of no use afterwards.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Error, Page, Request, Route

from bughive_worker.browser.tab import Tab
from bughive_worker.collect.reading import read_page

_STIR = (Path(__file__).parent / "stir.js").read_text(encoding="utf-8")
_READING = ("GET", "HEAD")
_REACH_SECONDS = 3.0
"""How long a control may take to be clickable."""
_CALM_SECONDS = 0.5
"""So long nothing may happen any more for the page to be calm."""
_MOST_SECONDS = 4.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Clicked:
    """The page before and after one click."""

    texts_before: tuple[str, ...]
    texts_after: tuple[str, ...]
    address_before: str
    address_after: str
    """Where it is, or would have gone, had it not left the site."""
    stirred: bool
    """Whether anything at all happened."""
    would_write: bool
    """Whether a request was stopped that could have changed something at the server."""


async def click(tab: Tab, selector: str, in_site: Callable[[str], bool]) -> Clicked | None:
    """Click the element, and wait until the page is calm, for four seconds at most; None: it cannot be clicked.

    Raises:
        playwright.async_api.Error: the page crashed or was closed meanwhile.
    """
    page, tab.spoiled = tab.page, True
    before, address = await _texts(page), page.url
    await page.evaluate(_STIR)
    guard = _Guard(in_site)
    await page.context.route("**/*", guard.judge)
    witness = tab.begin()
    try:
        # Windows that it opens are of the same context, and so guarded too.
        await page.locator(selector).first.click(timeout=_REACH_SECONDS * 1000, no_wait_after=True)
    except Error:
        return None
    stirs = await _calm(page, guard)
    happened = guard.requests + witness.dialogs + witness.popups + witness.downloads + witness.commits
    return Clicked(
        texts_before=before,
        texts_after=await _texts(page),
        address_before=address,
        address_after=guard.left_for or page.url,
        stirred=stirs > 0 or happened > 0,
        would_write=guard.would_write,
    )


class _Guard:
    """Stands between the page and the network."""

    def __init__(self, in_site: Callable[[str], bool]) -> None:
        self._in_site = in_site
        self.requests = 0
        self.would_write = False
        self.left_for: str | None = None

    async def judge(self, route: Route, request: Request) -> None:
        self.requests += 1
        goes = request.is_navigation_request() and request.frame.parent_frame is None
        if request.method not in _READING:
            self.would_write = True
        elif goes and not self._in_site(request.url):
            self.left_for = request.url
        else:
            await _answered(route.continue_)
            return
        await _answered(route.abort)


async def _answered(answer: Callable[[], Awaitable[None]]) -> None:
    with suppress(Error):  # the page is gone, and its request with it
        await answer()


async def _calm(page: Page, guard: _Guard) -> int:
    """Wait until nothing happens any more. Returns how much did."""
    loop = asyncio.get_running_loop()
    end, calm_at, seen = loop.time() + _MOST_SECONDS, loop.time() + _CALM_SECONDS, (0, 0)
    while loop.time() < min(end, calm_at):
        await asyncio.sleep(_LOOK_SECONDS)
        now = (await _stirs(page), guard.requests)
        if now != seen:
            seen, calm_at = now, loop.time() + _CALM_SECONDS
    return seen[0]


async def _stirs(page: Page) -> int:
    try:
        stirs: int = await page.evaluate(_STIR)
    except Error:
        return -1  # just going on to another document
    return stirs


async def _texts(page: Page) -> tuple[str, ...]:
    return tuple(block.text for block in (await read_page(page)).texts)

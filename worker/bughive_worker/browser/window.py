"""One session's part of the browser: its storage is its own, its tabs are reused."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from playwright.async_api import BrowserContext, Error, Page, StorageState, StorageStateCookie

from bughive_protocol.errors import BrowserUnavailable
from bughive_worker.browser.driver import Chromium
from bughive_worker.browser.host import BrowserHost, Launch
from bughive_worker.browser.scripts import INIT_SCRIPTS
from bughive_worker.browser.tab import Tab, answered, send_headers
from bughive_worker.net.site_auth import SiteAuth, SiteCookie
from bughive_worker.net.urls import canonical

WIDTH, HEIGHT = 1366, 768
"""The default size of the window, in CSS pixels."""
_OPEN_TRIES = 3
_OPEN_SECONDS = 20.0


@dataclass(frozen=True)
class Presentation:
    """How the browser presents itself to the site."""

    locale: str = "en-US"
    user_agent: str | None = None
    """None: the browser's own, with BugHive appended."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """For requests to the site's own hosts."""
    in_site: Callable[[str], bool] = lambda _: False
    auth: SiteAuth | None = None
    """What shows the site who asks; None: nothing does."""

    @property
    def adds_headers(self) -> bool:
        """Whether any request gets a header more."""
        return bool(self.headers or (self.auth and self.auth.headers))

    def headers_for(self, url: str) -> Mapping[str, str]:
        """The further headers of a request for this URL, however it is spelled."""
        spelled = canonical(url)
        own = self.headers if spelled and self.in_site(spelled) else {}
        return {**own, **(self.auth.headers_for(url) if self.auth else {})}


class Window:
    """Tabs of one session in whichever browser the host has now."""

    def __init__(self, host: BrowserHost, presentation: Presentation) -> None:
        self._host = host
        self._presentation = presentation
        self._contexts: dict[Chromium, BrowserContext] = {}
        self._opening = asyncio.Lock()
        self._idle: list[Tab] = []
        self._own: set[Page] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        """A tab for one visit, used before or new.

        Raises:
            BrowserUnavailable: the browser does not start or keeps dying.
        """
        tab = self._take_idle() or await self._open(self._new_shared_tab, self._host.chromium)
        self._host.lend(tab.chromium)
        try:
            yield tab
        except BaseException:
            tab.spoiled = True  # whatever it is doing is not over
            raise
        finally:
            await self._give_back(tab)

    @asynccontextmanager
    async def fresh_tab(self) -> AsyncIterator[Tab]:
        """A tab without cookies, storage or cache, in the same browser; gone afterwards. Raises as ``tab`` does."""
        tab = await self._open(self._new_private_tab, self._host.chromium)
        self._host.lend(tab.chromium)
        try:
            yield tab
        finally:
            await self._close_context(tab.chromium, tab.page.context)
            await self._host.take_back(tab.chromium)

    @asynccontextmanager
    async def lone_tab(self) -> AsyncIterator[Tab]:
        """A tab in a browser of its own, for a page on which the shared one died. Raises as ``tab`` does."""
        async with self._host.alone() as launch:
            yield await self._open(self._new_private_tab, launch)

    async def take_cookies(self) -> None:
        """Let open tabs have the cookies of the login; tabs that are opened later have them anyway."""
        auth = self._presentation.auth
        for chromium, context in self._contexts.items():
            if auth is not None and auth.cookies and not chromium.dead:
                # Its parameter is the same but for a type that Playwright does not export.
                await context.add_cookies(cast("Any", [_kept(cookie) for cookie in auth.cookies]))

    async def close(self) -> None:
        """Forget the session: close its contexts with all their storage."""
        contexts, self._contexts = self._contexts, {}
        self._idle.clear()
        if self._closing:
            await asyncio.wait(self._closing)
        for chromium, context in contexts.items():
            await self._close_context(chromium, context)

    def _take_idle(self) -> Tab | None:
        while self._idle:
            tab = self._idle.pop()
            if tab.chromium.usable and not tab.spoiled:
                return tab
        return None

    async def _open(self, make: Callable[[Chromium], Awaitable[Tab]], launch: Launch) -> Tab:
        for _ in range(_OPEN_TRIES):
            chromium = await launch()
            try:
                async with asyncio.timeout(_OPEN_SECONDS):
                    return await make(chromium)
            except Error as error:
                chromium.dead = True  # of a driver that died, Playwright says "connected" for ever
                last = str(error)
            except TimeoutError:
                chromium.retired_for = "hung"
                last = f"no answer in {_OPEN_SECONDS:g} s"
        raise BrowserUnavailable(f"The browser died {_OPEN_TRIES} times while it opened a page: {last[:300]}")

    async def _new_shared_tab(self, chromium: Chromium) -> Tab:
        async with self._opening:
            self._contexts = {one: context for one, context in self._contexts.items() if not one.dead}
            if chromium not in self._contexts:
                self._contexts[chromium] = await self._new_context(chromium)
            return await self._new_tab(chromium, self._contexts[chromium])

    async def _new_context(self, chromium: Chromium) -> BrowserContext:
        context = await chromium.browser.new_context(
            accept_downloads=False,
            locale=self._presentation.locale,
            user_agent=self._presentation.user_agent or chromium.user_agent,
            viewport={"width": WIDTH, "height": HEIGHT},
            storage_state=_storage_state(self._presentation.auth),
        )
        await context.add_init_script(INIT_SCRIPTS)
        return context

    async def _new_tab(self, chromium: Chromium, context: BrowserContext) -> Tab:
        tab = Tab(chromium, await context.new_page())
        self._own.add(tab.page)
        if self._presentation.adds_headers:
            await send_headers(tab, self._presentation.headers_for)
        return tab

    async def _new_private_tab(self, chromium: Chromium) -> Tab:
        return await self._new_tab(chromium, await self._new_context(chromium))

    async def _close_context(self, chromium: Chromium, context: BrowserContext) -> None:
        self._own = {page for page in self._own if page.context is not context}
        if not chromium.dead and not await answered(context.close):
            chromium.retired_for = "hung"  # what will not close goes with its browser

    async def _give_back(self, tab: Tab) -> None:
        if not self._opening.locked():  # a new tab of ours is among the pages before it is among ours
            # Windows that were opened without a tie to their opener (noopener): no event names them as popups.
            for page in [page for page in tab.page.context.pages if page not in self._own]:
                self._own.add(page)
                self._soon(Tab(tab.chromium, page))
        if tab.spoiled or not tab.chromium.usable:
            self._soon(tab)
        else:
            self._idle.append(tab)
        await self._host.take_back(tab.chromium)

    def _soon(self, tab: Tab) -> None:
        """Close a tab while the crawl goes on."""
        closing = asyncio.ensure_future(self._close(tab))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _close(self, tab: Tab) -> None:
        if tab.chromium.dead or await tab.close():
            self._own.discard(tab.page)
        else:
            tab.chromium.retired_for = "hung"  # what will not close goes with its browser


def _storage_state(auth: SiteAuth | None) -> StorageState | None:
    """What a new context begins with."""
    if auth is None or not (auth.cookies or auth.storage):
        return None
    return {"cookies": [_kept(cookie) for cookie in auth.cookies], "origins": list(auth.storage)}


def _kept(cookie: SiteCookie) -> StorageStateCookie:
    """A cookie in Playwright's form."""
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "expires": cookie.expires,
        "httpOnly": cookie.http_only,
        "secure": cookie.secure,
        "sameSite": cookie.same_site or "Lax",
    }

"""A page of the browser that is used for one visit after the other."""

# ruff: noqa: PLW0108 - each visit has a witness of its own, looked up when an event comes

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from playwright.async_api import ConsoleMessage, Dialog, Error, Page

from bughive_worker.browser.driver import CLOSE_SECONDS, Chromium
from bughive_worker.browser.witness import MAX_CONSOLE_EVENTS, Witness


class Tab:
    """One page, its listeners, and the witness of the visit that is going on.

    Listeners are attached once. Only rare events are subscribed to: Playwright sends no others.
    """

    def __init__(self, chromium: Chromium, page: Page) -> None:
        self.chromium = chromium
        self.page = page
        self.spoiled = False
        """It hangs, crashed or is otherwise not fit for another visit."""
        self.witness = Witness()
        self._chores: set[asyncio.Task[bool]] = set()
        page.on("framenavigated", lambda frame: self.witness.on_commit(frame))
        page.on("domcontentloaded", lambda page: self.witness.on_parsed(page))
        page.on("load", lambda page: self.witness.on_loaded(page))
        page.on("pageerror", lambda error: self.witness.on_exception(error))
        page.on("requestfailed", lambda request: self.witness.on_request_failed(request))
        page.on("download", lambda download: self.witness.on_download(download))
        page.on("crash", self._on_gone)
        page.on("close", self._on_gone)
        page.on("dialog", self._on_dialog)
        page.on("popup", self._on_popup)
        page.on("console", self._on_console)

    def begin(self) -> Witness:
        """Start a visit: from now on a new witness is told what happens."""
        if self.witness.console_events > MAX_CONSOLE_EVENTS:
            self.page.on("console", self._on_console)
        self.witness = Witness()
        return self.witness

    def _on_gone(self, page: Page) -> None:
        self.spoiled = True
        self.witness.on_crash(page)

    def _on_console(self, message: ConsoleMessage) -> None:
        self.witness.on_console(message)
        if self.witness.console_events > MAX_CONSOLE_EVENTS:
            self.page.remove_listener("console", self._on_console)

    def _on_dialog(self, dialog: Dialog) -> None:
        self.witness.on_dialog(dialog)
        # beforeunload asks whether to stay; every other dialog is waved away.
        self._soon(dialog.accept if dialog.type == "beforeunload" else dialog.dismiss)

    def _on_popup(self, popup: Page) -> None:
        self.witness.on_popup()
        self._soon(popup.close)

    def _soon(self, work: Callable[[], Awaitable[None]]) -> None:
        chore = asyncio.ensure_future(answered(work))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def close(self) -> bool:
        """Close the page. Returns whether it closed: one that keeps loading itself may not."""
        self.spoiled = True
        for chore in self._chores:
            chore.cancel()
        return await answered(self.page.close)


async def send_headers(tab: Tab, wanted: Callable[[str], Mapping[str, str]]) -> None:
    """Add headers to each request of this tab, by its URL: none for other hosts than the site's own.

    Playwright's own setting would send them to every host, so each request is paused and asked about. That costs
    some milliseconds a request: only tabs that have such headers pay.
    """
    session = await tab.page.context.new_cdp_session(tab.page)

    async def resume(event: dict[str, Any]) -> None:
        request = event["request"]
        answer: dict[str, Any] = {"requestId": event["requestId"]}
        if added := wanted(request["url"]):  # holds for this hop only: a redirect is paused again
            replaced = {name.lower() for name in added}
            kept = {name: value for name, value in request["headers"].items() if name.lower() not in replaced}
            answer["headers"] = [{"name": name, "value": value} for name, value in {**kept, **added}.items()]
        await answered(lambda: session.send("Fetch.continueRequest", answer))

    session.on("Fetch.requestPaused", resume)
    await session.send("Fetch.enable", {"patterns": [{"urlPattern": "http*://*"}]})


async def answered(call: Callable[[], Awaitable[object]]) -> bool:
    """Wait for an answer of the browser, for a while. That what was asked is gone already is an answer too."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await call()
    except Error:
        return True
    except TimeoutError:
        return False
    return True

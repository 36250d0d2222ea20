"""What happened in a tab since its visit began, told by the few events that are subscribed to."""

import asyncio
from collections.abc import Callable

from playwright.async_api import ConsoleMessage, Dialog, Download, Error, Frame, Page, Request

from bughive_worker.observation import ConsoleEntry, NetworkEntry, ScriptError

MAX_ENTRIES = 100
"""Console lines, exceptions and failed requests that are kept of each."""
MAX_CONSOLE_EVENTS = 1000
"""A page that writes more than this is no longer listened to."""
MAX_DIALOGS = 20
MAX_POPUPS = 10
MAX_COMMITS = 20
"""A page that navigates more often before it has loaded never will."""
_MAX_TEXT = 2000


class Witness:
    """The facts of one visit. The tab's listeners call it; the visit waits on it."""

    def __init__(self) -> None:
        self.commits = 0
        self.parsed = 0
        """Documents that were parsed to their end (DOMContentLoaded)."""
        self.loaded = 0
        """Documents whose load event fired."""
        self.crashed = False
        self.dialogs = 0
        self.popups = 0
        self.downloads = 0
        self.console: list[ConsoleEntry] = []
        self.exceptions: list[ScriptError] = []
        self.failures: dict[str, NetworkEntry] = {}
        self.failed_navigation: str | None = None
        """Where the page's own document failed to load, after redirects."""
        self.failure: str | None = None
        """The net error of that."""
        self.console_events = 0
        self._wake = asyncio.Event()

    async def until(self, condition: Callable[[], bool], deadline: float) -> bool:
        """Wait until ``condition`` holds or the loop's clock reads ``deadline``. Returns whether it holds."""
        while not condition():
            self._wake.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._wake.wait()
            except TimeoutError:
                return condition()
        return True

    @property
    def verdict(self) -> str | None:
        """Why it is no use to wait any longer, in words; None: it is."""
        if self.crashed:
            return "the page crashed"
        if self.dialogs > MAX_DIALOGS:
            return f"the page opened more than {MAX_DIALOGS} dialogs"
        if self.popups > MAX_POPUPS:
            return f"the page opened more than {MAX_POPUPS} windows"
        return None

    def on_commit(self, frame: Frame) -> None:
        """The main frame shows a new document, or the page's script changed its address."""
        if frame.parent_frame is not None:
            return
        self.commits += 1
        if self.commits == 1:  # all before was the last page's
            self.parsed = self.loaded = 0
            self.console.clear()
            self.exceptions.clear()
            self.failures.clear()
        self._wake.set()

    def on_parsed(self, _: Page) -> None:
        """DOMContentLoaded."""
        self.parsed += 1
        self._wake.set()

    def on_loaded(self, _: Page) -> None:
        """The load event."""
        self.loaded += 1
        self._wake.set()

    def on_crash(self, _: Page) -> None:
        """The renderer died."""
        self.crashed = True
        self._wake.set()

    def on_dialog(self, _: Dialog) -> None:
        """alert, confirm, prompt or beforeunload."""
        self.dialogs += 1
        self._wake.set()

    def on_popup(self) -> None:
        """A window was opened, and closed again at once."""
        self.popups += 1
        self._wake.set()

    def on_download(self, _: Download) -> None:
        """A file was offered, and refused."""
        self.downloads += 1

    def on_console(self, message: ConsoleMessage) -> None:
        """A line on the console; only errors and warnings are kept."""
        self.console_events += 1
        level = message.type
        if level not in ("error", "warning") or len(self.console) >= MAX_ENTRIES:
            return
        location = message.location
        self.console.append(
            ConsoleEntry(level, message.text[:_MAX_TEXT], location.get("url", ""), location.get("lineNumber", 0))
        )

    def on_exception(self, error: Error) -> None:
        """An exception that nothing caught, or a rejection that nothing handled."""
        if len(self.exceptions) < MAX_ENTRIES:
            self.exceptions.append(ScriptError(error.message[:_MAX_TEXT], (error.stack or "")[:_MAX_TEXT]))

    def on_request_failed(self, request: Request) -> None:
        """A request that got no answer."""
        failure = request.failure or "failed"
        if failure == "net::ERR_ABORTED":
            return  # aborted by the page itself, or because it was left
        if request.is_navigation_request() and request.frame.parent_frame is None:
            self.failed_navigation, self.failure = request.url, failure
            self._wake.set()
        elif len(self.failures) < MAX_ENTRIES:
            self.failures[request.url] = NetworkEntry(request.url, request.resource_type, failure=failure)

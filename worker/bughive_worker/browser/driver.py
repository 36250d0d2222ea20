"""Starts Chromium through Playwright's driver, and starts the driver again where it died."""

import asyncio
import os
import uuid

import psutil
from playwright.async_api import Browser, Error, Playwright, ProxySettings, async_playwright
from structlog.stdlib import get_logger

from bughive_protocol.errors import BrowserUnavailable
from bughive_worker.browser.chromium import ARGUMENTS, browser_environment, find_chromium
from bughive_worker.browser.settings import BrowserSettings

CLOSE_SECONDS = 5.0
"""How long anything of the browser's is waited for when it is closed; what hangs longer is left to the driver."""
_LAUNCH_SECONDS = 30.0
_MARK = "--bughive-browser="
log = get_logger(__name__)


class Chromium:
    """One running browser."""

    def __init__(self, browser: Browser, mark: str) -> None:
        self.browser = browser
        self.lent = 0
        """Tabs in use."""
        self.visits = 0
        self.retired_for = ""
        """Why it gets no more visits, and is closed when the last tab in use comes back; empty: it is not."""
        self.dead = False
        self._mark = mark
        browser.on("disconnected", self._on_disconnected)

    def _on_disconnected(self, _: Browser) -> None:
        self.dead = True

    @property
    def usable(self) -> bool:
        """Whether it may be given further visits."""
        return not (self.dead or self.retired_for)

    @property
    def user_agent(self) -> str:
        """What it calls itself, with BugHive appended."""
        major = self.browser.version.partition(".")[0]
        system = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
        return f"{system} Chrome/{major}.0.0.0 Safari/537.36 BugHive/0.1"

    def memory_mib(self) -> int:
        """What its processes take together (RSS, shared pages counted in each), in MiB. Blocks for milliseconds."""
        total = 0
        for process in psutil.Process().children(recursive=True):
            try:
                if self._mark in process.cmdline():
                    total += process.memory_info().rss
            except psutil.Error:  # it ended meanwhile
                continue
        return total >> 20

    async def close(self) -> None:
        """End it; one that does not answer is left to die with the driver."""
        self.dead = True
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.browser.close()
        except (Error, TimeoutError) as error:
            log.info("browser did not close", error=str(error)[:200])


class Driver:
    """Playwright's driver process: one per process, started on first use."""

    def __init__(self, settings: BrowserSettings, proxy_url: str | None) -> None:
        self._settings = settings
        self._proxy_url = proxy_url
        self._playwright: Playwright | None = None

    async def launch(self) -> Chromium:
        """Start a browser.

        Raises:
            BrowserUnavailable: it does not start, not even under a new driver.
        """
        if self._playwright is not None:
            try:
                return await self._launch(self._playwright)
            except (Error, TimeoutError) as error:
                log.warning("browser did not start; the driver is restarted", error=str(error)[:200])
                await self.stop()
        try:
            async with asyncio.timeout(_LAUNCH_SECONDS):
                self._playwright = await async_playwright().start()
            return await self._launch(self._playwright)
        except (Error, OSError, TimeoutError) as error:
            raise BrowserUnavailable(f"Chromium did not start: {str(error)[:500]}") from error

    async def _launch(self, playwright: Playwright) -> Chromium:
        mark = f"{_MARK}{uuid.uuid4().hex}"
        proxy = ProxySettings(server=self._proxy_url, bypass="<-loopback>") if self._proxy_url else None
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(self._settings.chromium, playwright.chromium.executable_path),
            args=[*ARGUMENTS, mark],
            env={**browser_environment(os.environ)},
            proxy=proxy,
            chromium_sandbox=self._settings.chromium_sandbox,
            timeout=_LAUNCH_SECONDS * 1000,
            handle_sigint=False,  # the process that owns the browser decides when it ends
            handle_sigterm=False,
            handle_sighup=False,
        )
        return Chromium(browser, mark)

    async def stop(self) -> None:
        """End the driver and every browser under it."""
        playwright, self._playwright = self._playwright, None
        if playwright is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await playwright.stop()
        except (Error, TimeoutError) as error:
            log.info("driver did not stop", error=str(error)[:200])

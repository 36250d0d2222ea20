"""The process' browser: started on first use, replaced when it died, is worn out or has grown too big."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from structlog.stdlib import get_logger

from bughive_worker import metrics
from bughive_worker.browser.driver import Chromium, Driver
from bughive_worker.browser.settings import BrowserSettings

_MEMORY_SECONDS = 5.0
"""How often memory is looked at."""
Launch = Callable[[], Awaitable[Chromium]]
log = get_logger(__name__)


class BrowserHost:
    """Lends the browser to visits. Use it in one event loop."""

    def __init__(self, settings: BrowserSettings, proxy_url: str | None = None) -> None:
        self._settings = settings
        self._driver = Driver(settings, proxy_url)
        self._current: Chromium | None = None
        self._launching = asyncio.Lock()
        self._alone = asyncio.Lock()
        self._memory_at = time.monotonic()
        self.restarts = 0
        """How many browsers were replaced, for whatever reason."""

    @property
    def pages(self) -> int:
        """How many pages are visited at once."""
        return self._settings.browser_pages

    async def chromium(self) -> Chromium:
        """The browser to use now.

        Raises:
            BrowserUnavailable: none can be started.
        """
        async with self._launching:
            if self._current is None or not self._current.usable:
                if self._current is not None:
                    self.restarts += 1
                    cause = self._current.retired_for or "died"
                    metrics.BROWSER_RESTARTS.labels(cause).inc()
                    metrics.BROWSER_MEMORY_BYTES.set(0)
                    log.info("browser is replaced", restarts=self.restarts, cause=cause)
                    await self._let_go(self._current)
                self._current = await self._driver.launch()
            return self._current

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Launch]:
        """A way to start browsers for one visit alone, so that a page that kills its browser kills no other visit.

        One visit at a time; what was started ends with it.
        """
        started: list[Chromium] = []

        async def launch() -> Chromium:
            async with self._launching:
                started.append(await self._driver.launch())
            return started[-1]

        async with self._alone:
            try:
                yield launch
            finally:
                for chromium in started:
                    if not chromium.dead:
                        await chromium.close()

    def lend(self, chromium: Chromium) -> None:
        """Note that a tab of this browser is in use."""
        chromium.lent += 1
        chromium.visits += 1

    async def take_back(self, chromium: Chromium) -> None:
        """Note that a tab of this browser is free again; a browser that is worn out goes with its last tab."""
        chromium.lent -= 1
        if chromium.usable and (wear := await self._wear(chromium)):
            chromium.retired_for = wear
        await self._let_go(chromium)

    async def _let_go(self, chromium: Chromium) -> None:
        """Close a retired browser that nobody uses any more."""
        if chromium.retired_for and chromium.lent == 0 and not chromium.dead:
            await chromium.close()

    async def _wear(self, chromium: Chromium) -> str:
        """Why the browser is to be replaced; empty: it may go on."""
        if chromium.visits >= self._settings.browser_recycle_pages:
            return "pages"
        if time.monotonic() - self._memory_at < _MEMORY_SECONDS:
            return ""
        self._memory_at = time.monotonic()
        mib = await asyncio.to_thread(chromium.memory_mib)
        metrics.BROWSER_MEMORY_BYTES.set(mib << 20)
        return "memory" if mib > self._settings.browser_recycle_mib else ""

    async def stop(self) -> None:
        """End the browser and the driver. The host may be used again afterwards."""
        current, self._current = self._current, None
        metrics.BROWSER_MEMORY_BYTES.set(0)
        if current is not None and not current.dead:
            await current.close()
        await self._driver.stop()

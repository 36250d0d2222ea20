"""What a process has to crawl with: the browser, and the guarded way out to the network."""

from types import TracebackType
from typing import Self

from bughive_worker.analysis.models import Models
from bughive_worker.browser.host import BrowserHost
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.proxy import EgressProxy
from bughive_worker.net.resolver import Resolve, system_resolve


class Engine:
    """Used by one session after the other, in the event loop that started it."""

    def __init__(
        self,
        settings: BrowserSettings,
        policy: EgressPolicy,
        resolve: Resolve = system_resolve,
        models: Models | None = None,
    ) -> None:
        """What it is made of.

        Args:
            settings: the browser's.
            policy: where the browser and the link checks may go.
            resolve: answers for every name that they ask for.
            models: whom sessions may ask about pages; None: nobody.
        """
        self._settings = settings
        self.models = models
        self.proxy = EgressProxy(policy, resolve=resolve)
        self._host: BrowserHost | None = None

    @property
    def host(self) -> BrowserHost:
        """The browser. Raises RuntimeError before ``start``."""
        if self._host is None:
            raise RuntimeError("the engine was not started")
        return self._host

    async def start(self) -> None:
        """Open the proxy. The browser starts at the first use."""
        await self.proxy.start()
        self._host = BrowserHost(self._settings, self.proxy.url)

    async def stop(self) -> None:
        """End the browser, then the proxy; within ten seconds."""
        if self.models is not None:
            await self.models.close()
        if self._host is not None:
            await self._host.stop()
            self._host = None
        await self.proxy.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

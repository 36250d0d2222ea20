"""The way to the model's provider: a proxy of its own and a client, made at the first question.

Crawls' own proxy is another one. A gateway at a private address, which the administrator chose, may be reached by this
one alone: no page that is crawled leads there.
"""

import asyncio
from importlib import import_module
from urllib.parse import urlsplit

from bughive_worker.analysis.call_failure import CallFailed
from bughive_worker.analysis.client import CALL_SECONDS, AnthropicModel, Model
from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.proxy import EgressProxy
from bughive_worker.net.resolver import Resolve, system_resolve


class Models:
    """Whom this process may ask. Used in one event loop."""

    def __init__(
        self,
        settings: AnalysisSettings,
        allow_cidrs: tuple[str, ...] = (),
        resolve: Resolve = system_resolve,
        seconds: float = CALL_SECONDS,
    ) -> None:
        """``allow_cidrs``: the administrator's private networks; ``seconds``: how long a call may take."""
        self.settings = settings
        self._policy = EgressPolicy.parse(allow_cidrs, [urlsplit(settings.anthropic_base_url).hostname or ""])
        self._resolve = resolve
        self._seconds = seconds
        self._opening = asyncio.Lock()
        self._proxy: EgressProxy | None = None
        self._model: AnthropicModel | None = None

    async def model(self) -> Model:
        """The model's client.

        Raises:
            CallFailed: the way to it cannot be opened.
            ValueError: there is no key.
        """
        async with self._opening:
            if self._model is None:
                try:
                    self._model = await self._open()
                except OSError as error:
                    raise CallFailed(f"the way to the model's provider cannot be opened: {error}") from error
            return self._model

    async def close(self) -> None:
        """Close the client, then the proxy."""
        if self._model is not None:
            await self._model.close()
            self._model = None
        if self._proxy is not None:
            await self._proxy.stop()
            self._proxy = None

    async def _open(self) -> AnthropicModel:
        key = self.settings.anthropic_api_key
        if key is None:
            raise ValueError("ANTHROPIC_API_KEY is not set")
        # A second of importing, which the loop must not be held up by, nor a process that asks no model.
        anthropic = await asyncio.to_thread(import_module, "anthropic")
        self._proxy = EgressProxy(self._policy, resolve=self._resolve)
        await self._proxy.start()
        client = anthropic.AsyncAnthropic(
            api_key=key.get_secret_value(),
            base_url=self.settings.anthropic_base_url,
            max_retries=0,
            timeout=self._seconds,
            open_telemetry=False,  # what is asked is no matter of traces
            # A redirect would carry the key to wherever it points.
            http_client=anthropic.DefaultAsyncHttpxClient(proxy=self._proxy.url, follow_redirects=False),
        )
        return AnthropicModel(client, self._proxy, self._seconds)

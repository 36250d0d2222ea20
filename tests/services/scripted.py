"""A service in a thread of its own, so that workers in other processes reach it too."""

import asyncio
import json
import threading
from collections import defaultdict, deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

T = TypeVar("T")
CALL_SECONDS = 10.0


@dataclass(frozen=True)
class Fault:
    """What happens in place of a good answer."""

    status: int = 0
    """0: no answer at all."""
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False
    """What was asked for is done all the same."""
    hangs: bool = False
    """No answer, and the connection stays."""


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    operation: str
    headers: Mapping[str, str]
    content: Any


class ScriptedService:
    """The base of a service: a subclass names operations and answers them."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.url = ""
        self._script: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)

    def operation(self, request: web.Request, content: Any) -> str:
        """What this request asks for, in a word."""
        raise NotImplementedError

    def answer(self, request: web.Request, content: Any) -> web.Response:
        """Do it."""
        raise NotImplementedError

    def fail(self, operation: str, *faults: Fault) -> None:
        """The next requests for this operation, ``*``: for any, end so, each by one fault."""
        self._script[operation].extend(faults)

    def operations(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.operation for asked in self.asked]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        is_json = request.content_type == "application/json" and raw
        content = json.loads(raw) if is_json else raw
        operation = self.operation(request, content)
        self.asked.append(Asked(operation, {name.lower(): value for name, value in request.headers.items()}, content))
        script = self._script[operation] or self._script["*"]
        fault = script.popleft() if script else None
        if fault is None:
            return self.answer(request, content)
        if fault.after:
            self.answer(request, content)
        if fault.hangs:
            await asyncio.sleep(3600)
        if not fault.status:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
        return web.Response(status=fault.status, text=text, headers=fault.headers, content_type="application/json")

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_SECONDS)
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_SECONDS)

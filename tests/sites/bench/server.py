"""Serves answers that were made beforehand, over keep-alive, as fast as one asyncio process can."""

import asyncio
import socket
from typing import cast

import httptools

from sites.bench.site import NOT_FOUND, Answers, build_site
from sites.running import RunningSite


async def start(*, pages: int = 200, port: int = 0, host: str = "127.0.0.1") -> RunningSite:
    """Serve a site of this many pages; port 0 takes any free one.

    Raises:
        OSError: the port is taken.
    """
    loop = asyncio.get_running_loop()
    connections: set[asyncio.Transport] = set()
    listener = socket.create_server((host, port), backlog=512)
    bound = listener.getsockname()[1]
    answers = build_site(f"http://{host}:{bound}", pages)
    server = await loop.create_server(lambda: Connection(answers, connections), sock=listener)

    async def close() -> None:
        server.close()
        for transport in tuple(connections):
            transport.abort()
        await server.wait_closed()

    return RunningSite(f"http://{host}:{bound}", close)


class Connection(asyncio.Protocol):
    """One client. The parser calls the ``on_`` methods."""

    def __init__(self, answers: Answers, connections: set[asyncio.Transport]) -> None:
        self._answers = answers
        self._connections = connections
        self._path = b""
        self._parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self._transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, _error: Exception | None) -> None:
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._transport.abort()

    def on_message_begin(self) -> None:
        self._path = b""

    def on_url(self, part: bytes) -> None:
        self._path += part

    def on_message_complete(self) -> None:
        answer = self._answers.get(self._path.partition(b"?")[0], NOT_FOUND)
        self._transport.write(answer.head if self._parser.get_method() == b"HEAD" else answer.whole)
        if not self._parser.should_keep_alive():
            self._transport.close()

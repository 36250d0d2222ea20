"""Servers on loopback that behave as a test wants them to."""

import asyncio
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.proxy import EgressProxy, ProxyLimits

LOOPBACK = EgressPolicy.parse(["127.0.0.0/8"])


class RawClient:
    """A connection to the proxy, spoken by hand; ``\\n`` stands for the line end of HTTP."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def say(self, text):
        self.writer.write(text.replace("\n", "\r\n").encode())
        await self.writer.drain()

    async def head(self):
        return (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode()

    async def rest(self):
        try:
            return await asyncio.wait_for(self.reader.read(), 5)
        except ConnectionError:
            return b""


@pytest.fixture
async def connect():
    """Connects raw clients to a proxy and closes them in the end."""
    clients = []

    async def to(proxy):
        clients.append(RawClient(*await asyncio.open_connection("127.0.0.1", proxy.port, limit=1_000_000)))
        return clients[-1]

    yield to
    for client in clients:
        client.writer.close()


class Names:
    """A resolver whose answers a test writes down; a list is given out one answer at a time."""

    def __init__(self):
        self.answers = {}
        self.asked = []

    async def __call__(self, host):
        self.asked.append(host)
        answer = self.answers.get(host)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return answer


@pytest.fixture
def names():
    return Names()


@pytest.fixture
async def proxy(names):
    async with EgressProxy(LOOPBACK, resolve=names, limits=ProxyLimits(connect=0.5)) as proxy:
        yield proxy


@pytest.fixture
async def session(proxy):
    """An HTTP client behind the proxy."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20), proxy=proxy.url) as session:
        yield session


async def echo(request):
    return web.json_response(
        {
            "method": request.method,
            "path": request.raw_path,
            "headers": list(request.headers.items()),
            "size": len(await request.read()),
        }
    )


async def large(request):
    response = web.StreamResponse()
    if "chunked" not in request.query:
        response.content_length = 20_000_000
    await response.prepare(request)
    for _ in range(200):
        await response.write(b"x" * 100_000)
    return response


async def socket_echo(request):
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    async for message in ws:
        await ws.send_str(f"you said {message.data}")
    return ws


@pytest.fixture
async def site():
    """An ordinary site; its base URL without a trailing slash."""
    app = web.Application(client_max_size=64_000_000)
    app.router.add_get("/large", large)
    app.router.add_get("/socket", socket_echo)
    app.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def serve(handle, port=0):
    """A TCP server of one function ``(reader, writer)``; yields its port, and ends when all clients are gone."""
    clients = set()

    async def attend(reader, writer):
        clients.add(task := asyncio.current_task())
        try:
            await handle(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the client left
        finally:
            writer.close()
            clients.discard(task)

    server = await asyncio.start_server(attend, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await wait_until(lambda: not clients)


@pytest.fixture
def server():
    return serve


async def wait_until(condition, seconds=5.0):
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any state of the world may be asked
            await asyncio.sleep(0.01)


@pytest.fixture
def until():
    return wait_until


@pytest.fixture
def closed_port():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

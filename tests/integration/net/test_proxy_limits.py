import asyncio

import pytest

from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.proxy import EgressProxy, ProxyLimits


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET / HTTP/1.1\nHost: 127.0.0.1\n\n", 400),
        ("GET https://127.0.0.1/ HTTP/1.1\n\n", 400),
        ("GET ftp://127.0.0.1/ HTTP/1.1\n\n", 400),
        ("GET file:///etc/passwd HTTP/1.1\n\n", 400),
        ("GET http://user@127.0.0.1/ HTTP/1.1\n\n", 400),
        ("GET http://127.0.0.1:0/ HTTP/1.1\n\n", 400),
        ("GET http://127.0.0.1:65536/ HTTP/1.1\n\n", 400),
        ("GET http://127.0.0.1:x/ HTTP/1.1\n\n", 400),
        ("GET http:/// HTTP/1.1\n\n", 400),
        ("CONNECT 127.0.0.1 HTTP/1.1\n\n", 400),
        ("CONNECT http://127.0.0.1/ HTTP/1.1\n\n", 400),
        ("nonsense\n\n", 400),
        ("\x16\x03\x01\x02\x00\x01", 400),
        ("GET http://127.0.0.1/ HTTP/1.1\nUpgrade: h2c\nConnection: Upgrade\n\n", 501),
        ("GET http://127.0.0.1/ HTTP/1.1\nX: " + "a" * 70_000, 431),
        ("POST http://127.0.0.1/ HTTP/1.1\nContent-Length: 1\nTransfer-Encoding: chunked\n\n", 400),
    ],
)
async def test_what_is_no_proxy_request_is_told_so_and_goes_nowhere(proxy, request_text, status, connect):
    client = await connect(proxy)
    await client.say(request_text)
    assert (await client.head()).startswith(f"HTTP/1.1 {status} ")
    assert await client.rest()


async def test_half_a_head_is_waited_for_only_so_long(names, connect):
    async with EgressProxy(EgressPolicy(), resolve=names, limits=ProxyLimits(head=0.2)) as proxy:
        client = await connect(proxy)
        await client.say("GET http://shop.example/ HT")
        assert await client.rest() == b""


async def test_a_silent_tunnel_is_closed_after_a_while(names, server, until, connect):
    async def handle(reader, writer):
        await reader.read()
        writer.close()

    async with (
        server(handle) as port,
        EgressProxy(EgressPolicy.parse(["127.0.0.1"]), resolve=names, limits=ProxyLimits(idle=0.4)) as proxy,
    ):
        client = await connect(proxy)
        await client.say(f"CONNECT 127.0.0.1:{port} HTTP/1.1\n\n")
        await client.head()
        assert await client.rest() == b""
        await until(lambda: proxy.open_connections == 0)


async def test_connections_are_bounded(names, connect):
    async with EgressProxy(EgressPolicy(), resolve=names, limits=ProxyLimits(connections=2)) as proxy:
        for _ in range(2):
            await connect(proxy)
        one_too_many = await connect(proxy)
        assert await one_too_many.rest() == b""
        assert proxy.open_connections == 2


async def test_a_stopped_proxy_leaves_nothing_open(names, site, connect):
    proxy = EgressProxy(EgressPolicy.parse(["127.0.0.1"]), resolve=names)
    await proxy.start()
    client = await connect(proxy)
    await client.say(f"GET {site}/ HTTP/1.1\n\n")
    await client.head()
    await proxy.stop()
    await client.rest()
    assert proxy.open_connections == 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy.port)

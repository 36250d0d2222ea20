import asyncio
import io
import socket

import pytest


async def test_a_request_arrives_in_origin_form_without_the_proxys_headers(session, site):
    headers = {"Proxy-Authorization": "Basic x", "Proxy-Connection": "keep-alive", "X-Own": "1", "TE": "trailers"}
    async with session.get(f"{site}/a?b=c", headers=headers) as response:
        seen = await response.json()
    names = {name.lower() for name, _ in seen["headers"]}
    assert seen["path"] == "/a?b=c"
    assert "x-own" in names
    assert not names & {"proxy-authorization", "proxy-connection", "te", "via", "x-forwarded-for"}
    assert ["Host", site.removeprefix("http://")] in seen["headers"]


async def test_the_host_header_is_the_urls_own_whatever_the_client_wrote(proxy, site, connect):
    client = await connect(proxy)
    await client.say(f"GET {site}/ HTTP/1.1\nHost: elsewhere.example\nConnection: X-Hop\nX-Hop: 1\n\n")
    await client.head()
    body = (await client.reader.readuntil(b"}")).decode()
    assert "elsewhere.example" not in body
    assert "X-Hop" not in body


async def test_requests_of_one_client_share_one_connection_to_the_server(proxy, server, connect):
    connections = []

    async def handle(reader, writer):
        connections.append(writer)
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with server(handle) as port:
        client = await connect(proxy)
        for _ in range(5):
            await client.say(f"GET http://127.0.0.1:{port}/ HTTP/1.1\n\n")
            await client.head()
            assert await client.reader.readexactly(2) == b"ok"
        client.writer.close()
    assert len(connections) == 1


async def test_a_request_for_another_host_on_the_same_connection_is_checked_and_dialled_anew(
    proxy, site, names, connect
):
    names.answers |= {"one.example": ("127.0.0.1",), "two.example": ("127.0.0.1",), "bad.example": ("10.0.0.1",)}
    port = site.rpartition(":")[2]
    client = await connect(proxy)
    for host in ("one.example", "two.example", "one.example"):
        await client.say(f"GET http://{host}:{port}/ HTTP/1.1\n\n")
        await client.head()
        assert f"{host}:{port}" in (await client.reader.readuntil(b"}")).decode()
    await client.say(f"GET http://bad.example:{port}/ HTTP/1.1\n\n")
    assert "403 Forbidden" in await client.head()
    assert names.asked == ["one.example", "two.example", "bad.example"]


@pytest.mark.parametrize("query", ["", "?chunked"])
async def test_twenty_megabytes_pass_down(session, site, query):
    async with session.get(f"{site}/large{query}") as response:
        assert sum([len(part) async for part, _ in response.content.iter_chunks()]) == 20_000_000


@pytest.mark.parametrize("chunked", [False, True])
async def test_twenty_megabytes_pass_up(session, site, chunked):
    async def pieces():
        for _ in range(200):
            yield b"x" * 100_000

    async with session.post(f"{site}/up", data=pieces() if chunked else io.BytesIO(b"x" * 20_000_000)) as response:
        assert (await response.json())["size"] == 20_000_000
    async with session.get(f"{site}/after") as response:  # the framing is intact
        assert (await response.json())["path"] == "/after"


async def test_a_client_that_does_not_read_holds_the_server_back(proxy, server):
    sent = 0

    async def handle(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 100_000

    async with server(handle) as port:
        client = socket.create_connection(("127.0.0.1", proxy.port))
        client.sendall(f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n".encode())
        before = -1
        while sent != before:  # until the server stands still
            before = sent
            await asyncio.sleep(0.3)
        assert 0 < sent < 50_000_000
        client.close()


async def test_a_tunnel_carries_bytes_both_ways_and_each_way_ends_by_itself(proxy, server, connect):
    async def handle(reader, writer):
        data = await reader.read()  # until the client ends its way
        writer.write(data[::-1])

    async with server(handle) as port:
        client = await connect(proxy)
        await client.say(f"CONNECT 127.0.0.1:{port} HTTP/1.1\nHost: x\n\n")
        assert (await client.head()).startswith("HTTP/1.1 200 ")
        client.writer.write(b"abc\x00\xff")
        client.writer.write_eof()
        assert await client.rest() == b"\xff\x00cba"


async def test_what_follows_connect_in_the_same_packet_is_not_lost(proxy, server, connect):
    async def handle(reader, writer):
        writer.write(await reader.readexactly(5))

    async with server(handle) as port:
        client = await connect(proxy)
        await client.say(f"CONNECT 127.0.0.1:{port} HTTP/1.1\n\nhello")
        await client.head()
        assert await client.rest() == b"hello"


async def test_a_websocket_passes_over_plain_http(session, site):
    async with session.ws_connect(site.replace("http:", "ws:") + "/socket") as ws:
        await ws.send_str("hello")
        assert await ws.receive_str(timeout=5) == "you said hello"


async def test_a_client_that_goes_away_takes_its_server_connection_along(proxy, server, until, connect):
    gone = asyncio.Event()

    async def handle(reader, _):
        await reader.readuntil(b"\r\n\r\n")
        await reader.read()
        gone.set()

    async with server(handle) as port:
        client = await connect(proxy)
        await client.say(f"GET http://127.0.0.1:{port}/ HTTP/1.1\n\n")
        await until(lambda: proxy.open_connections == 1)
        client.writer.transport.abort()
        await asyncio.wait_for(gone.wait(), 5)
        await until(lambda: proxy.open_connections == 0)

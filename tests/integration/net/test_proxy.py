import asyncio
import io
import socket

import aiohttp
import pytest

from bughive_worker.net.danger import Danger
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.proxy import EgressProxy, ProxyLimits


@pytest.fixture
async def session(proxy):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20), proxy=proxy.url) as session:
        yield session


async def connect(proxy):
    return await asyncio.open_connection("127.0.0.1", proxy.port, limit=1_000_000)


async def say(writer, text):
    writer.write(text.replace("\n", "\r\n").encode())
    await writer.drain()


async def head_of(reader):
    return (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode()


async def test_a_request_arrives_in_origin_form_without_the_proxys_headers(session, site):
    headers = {"Proxy-Authorization": "Basic x", "Proxy-Connection": "keep-alive", "X-Own": "1", "TE": "trailers"}
    async with session.get(f"{site}/a?b=c", headers=headers) as response:
        seen = await response.json()
    names = {name.lower() for name, _ in seen["headers"]}
    assert seen["path"] == "/a?b=c"
    assert "x-own" in names
    assert not names & {"proxy-authorization", "proxy-connection", "te", "via", "x-forwarded-for"}
    assert ["Host", site.removeprefix("http://")] in seen["headers"]


async def test_the_host_header_is_the_urls_own_whatever_the_client_wrote(proxy, site):
    reader, writer = await connect(proxy)
    await say(writer, f"GET {site}/ HTTP/1.1\nHost: elsewhere.example\nConnection: X-Hop\nX-Hop: 1\n\n")
    await head_of(reader)
    body = (await reader.readuntil(b"}")).decode()
    assert "elsewhere.example" not in body
    assert "X-Hop" not in body
    writer.close()


async def test_requests_of_one_client_share_one_connection_to_the_server(proxy, server):
    connections = []

    async def handle(reader, writer):
        connections.append(writer)
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with server(handle) as port:
        reader, writer = await connect(proxy)
        for _ in range(5):
            await say(writer, f"GET http://127.0.0.1:{port}/ HTTP/1.1\n\n")
            await head_of(reader)
            assert await reader.readexactly(2) == b"ok"
        writer.close()
    assert len(connections) == 1


async def test_a_request_for_another_host_on_the_same_connection_is_checked_and_dialled_anew(proxy, site, names):
    names.answers |= {"one.example": ("127.0.0.1",), "two.example": ("127.0.0.1",), "bad.example": ("10.0.0.1",)}
    port = site.rpartition(":")[2]
    reader, writer = await connect(proxy)
    for host in ("one.example", "two.example", "one.example"):
        await say(writer, f"GET http://{host}:{port}/ HTTP/1.1\n\n")
        await head_of(reader)
        assert f"{host}:{port}" in (await reader.readuntil(b"}")).decode()
    await say(writer, f"GET http://bad.example:{port}/ HTTP/1.1\n\n")
    assert "403 Forbidden" in await head_of(reader)
    assert names.asked == ["one.example", "two.example", "bad.example"]
    writer.close()


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


async def test_a_tunnel_carries_bytes_both_ways_and_each_way_ends_by_itself(proxy, server):
    async def handle(reader, writer):
        data = await reader.read()  # until the client ends its way
        writer.write(data[::-1])

    async with server(handle) as port:
        reader, writer = await connect(proxy)
        await say(writer, f"CONNECT 127.0.0.1:{port} HTTP/1.1\nHost: x\n\n")
        assert (await head_of(reader)).startswith("HTTP/1.1 200 ")
        writer.write(b"abc\x00\xff")
        writer.write_eof()
        assert await asyncio.wait_for(reader.read(), 5) == b"\xff\x00cba"
        writer.close()


async def test_what_follows_connect_in_the_same_packet_is_not_lost(proxy, server):
    async def handle(reader, writer):
        writer.write(await reader.readexactly(5))

    async with server(handle) as port:
        reader, writer = await connect(proxy)
        await say(writer, f"CONNECT 127.0.0.1:{port} HTTP/1.1\n\nhello")
        await head_of(reader)
        assert await asyncio.wait_for(reader.read(), 5) == b"hello"
        writer.close()


async def test_a_websocket_passes_over_plain_http(session, site):
    async with session.ws_connect(site.replace("http:", "ws:") + "/socket") as ws:
        await ws.send_str("hello")
        assert await ws.receive_str(timeout=5) == "you said hello"


async def test_a_client_that_goes_away_takes_its_server_connection_along(proxy, server, until):
    gone = asyncio.Event()

    async def handle(reader, _):
        await reader.readuntil(b"\r\n\r\n")
        await reader.read()
        gone.set()

    async with server(handle) as port:
        _, writer = await connect(proxy)
        await say(writer, f"GET http://127.0.0.1:{port}/ HTTP/1.1\n\n")
        await until(lambda: proxy.open_connections == 1)
        writer.transport.abort()
        await asyncio.wait_for(gone.wait(), 5)
        await until(lambda: proxy.open_connections == 0)


FORMS = [
    *("10.0.0.1", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0"),
    *("255.255.255.255", "224.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]"),
    *("[::ffff:10.0.0.1]", "[64:ff9b::10.0.0.1]", "[2002:a00:1::1]", "[2001:0:808:808::f5ff:fffe]", "[::10.0.0.1]"),
    *("167772161", "0xa000001", "012.0.0.1", "0xa.1", "10.1", "10.0.0.1.", "%31%30.0.0.1"),
]


@pytest.mark.parametrize("host", FORMS)
@pytest.mark.parametrize("tunnel", [False, True])
async def test_every_spelling_of_a_forbidden_address_is_refused(proxy, names, host, tunnel):
    reader, writer = await connect(proxy)
    await say(writer, f"CONNECT {host}:443 HTTP/1.1\n\n" if tunnel else f"GET http://{host}/ HTTP/1.1\n\n")
    head = await head_of(reader)
    body = (await reader.read()).decode()
    assert head.startswith("HTTP/1.1 403 ")
    assert "X-BugHive-Refused: " in head
    assert "BUGHIVE_EGRESS_ALLOW_CIDRS" in body
    assert names.asked == []  # none of them is taken for a name
    failure = proxy.last_failure(host.strip("[]"), 443 if tunnel else 80)
    assert failure is not None
    assert failure.kind is FailureKind.REFUSED_BY_GUARD
    writer.close()


async def test_a_name_with_one_private_answer_is_refused(session, proxy, names):
    names.answers["shop.example"] = ("127.0.0.1", "10.0.0.1")
    async with session.get("http://shop.example/") as response:
        assert response.status == 403
        assert response.headers["X-BugHive-Refused"] == "private"
    assert proxy.last_failure("Shop.Example", 80).refusal.danger is Danger.PRIVATE


async def status_of(proxy, url):
    async with aiohttp.ClientSession(proxy=proxy.url) as session, session.get(url) as response:
        return response.status


async def test_an_address_that_changes_between_check_and_dial_is_not_dialled(names, site):
    port = site.rpartition(":")[2]
    names.answers["rebind.example"] = [("127.0.0.1",), ("10.0.0.1",)]
    async with EgressProxy(EgressPolicy.parse(["127.0.0.1"]), resolve=names) as proxy:
        assert await status_of(proxy, f"http://rebind.example:{port}/") == 200
        assert names.asked == ["rebind.example"]  # asked once; the answer that was checked was dialled


async def test_a_name_that_turns_private_is_refused_when_it_is_asked_again(names, site):
    port = site.rpartition(":")[2]
    names.answers["rebind.example"] = [("127.0.0.1",), ("10.0.0.1",)]
    async with EgressProxy(EgressPolicy.parse(["127.0.0.1"]), resolve=names, limits=ProxyLimits(dns_ttl=-1)) as proxy:
        assert await status_of(proxy, f"http://rebind.example:{port}/") == 200
        assert await status_of(proxy, f"http://rebind.example:{port}/") == 403


async def test_a_server_that_does_not_listen_on_one_address_is_reached_on_another(session, names, site):
    names.answers["shop.example"] = ("127.0.0.2", "127.0.0.1")
    async with session.get(site.replace("127.0.0.1", "shop.example")) as response:
        assert response.status == 200


async def answer_nothing(_, writer):
    writer.close()


async def reset(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def test_a_name_that_does_not_exist_is_told(session, proxy):
    async with session.get("http://nowhere.example/") as response:
        assert (response.status, response.headers["X-BugHive-Error"]) == (502, "dns")
    failure = proxy.last_failure("nowhere.example", 80)
    assert failure.kind is FailureKind.DNS
    assert not failure.temporary


async def test_a_name_server_that_does_not_answer_is_no_proof_that_a_name_does_not_exist(session, proxy, names):
    names.answers["shop.example"] = socket.gaierror(socket.EAI_AGAIN, "try again")
    async with session.get("http://shop.example/") as response:
        assert response.headers["X-BugHive-Error"] == "dns"
    assert proxy.last_failure("shop.example", 80).temporary


async def test_a_refused_connection_is_told(session, proxy, closed_port):
    async with session.get(f"http://127.0.0.1:{closed_port}/") as response:
        assert (response.status, response.headers["X-BugHive-Error"]) == (502, "refused")
    assert proxy.last_failure("127.0.0.1", closed_port).kind is FailureKind.REFUSED


@pytest.mark.parametrize("handle", [answer_nothing, reset])
async def test_a_server_that_closes_without_an_answer_is_told(session, proxy, server, handle):
    async with server(handle) as port:
        async with session.get(f"http://127.0.0.1:{port}/") as response:
            assert (response.status, response.headers["X-BugHive-Error"]) == (502, "reset")
        assert proxy.last_failure("127.0.0.1", port).kind is FailureKind.RESET


async def test_an_address_that_does_not_answer_is_told_in_time(session):
    with socket.socket() as full:  # a listener whose queue is full leaves new connections hanging
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        async with session.get(f"http://127.0.0.1:{port}/") as response:
            assert (response.status, response.headers["X-BugHive-Error"]) == (502, "timeout")
        for filler in fillers:
            filler.close()


async def test_a_tunnels_failure_is_kept_for_the_browser_side_until_a_success(proxy, server, closed_port):
    reader, writer = await connect(proxy)
    await say(writer, f"CONNECT 127.0.0.1:{closed_port} HTTP/1.1\n\n")
    assert "502" in await head_of(reader)
    assert proxy.last_failure("127.0.0.1", closed_port).kind is FailureKind.REFUSED
    writer.close()
    async with server(answer_nothing, closed_port):
        reader, writer = await connect(proxy)
        await say(writer, f"CONNECT 127.0.0.1:{closed_port} HTTP/1.1\n\n")
        assert "200" in await head_of(reader)
        assert proxy.last_failure("127.0.0.1", closed_port) is None
        writer.close()


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
async def test_what_is_no_proxy_request_is_told_so_and_goes_nowhere(proxy, request_text, status):
    reader, writer = await connect(proxy)
    await say(writer, request_text)
    assert (await head_of(reader)).startswith(f"HTTP/1.1 {status} ")
    assert await reader.read()
    assert reader.at_eof()
    writer.close()


async def test_half_a_head_is_waited_for_only_so_long(names):
    async with EgressProxy(EgressPolicy(), resolve=names, limits=ProxyLimits(head=0.2)) as proxy:
        reader, writer = await connect(proxy)
        await say(writer, "GET http://shop.example/ HT")
        assert await asyncio.wait_for(swallowed_read(reader), 5) == b""
        writer.close()


async def test_a_silent_tunnel_is_closed_after_a_while(names, server, until):
    async def handle(reader, writer):
        await reader.read()
        writer.close()

    async with (
        server(handle) as port,
        EgressProxy(EgressPolicy.parse(["127.0.0.1"]), resolve=names, limits=ProxyLimits(idle=0.4)) as proxy,
    ):
        reader, writer = await connect(proxy)
        await say(writer, f"CONNECT 127.0.0.1:{port} HTTP/1.1\n\n")
        await head_of(reader)
        assert await asyncio.wait_for(swallowed_read(reader), 5) == b""
        await until(lambda: proxy.open_connections == 0)
        writer.close()


async def swallowed_read(reader):
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_connections_are_bounded(names):
    async with EgressProxy(EgressPolicy(), resolve=names, limits=ProxyLimits(connections=2)) as proxy:
        kept = [await connect(proxy) for _ in range(2)]
        reader, writer = await connect(proxy)
        assert await asyncio.wait_for(swallowed_read(reader), 5) == b""
        assert proxy.open_connections == 2
        for _, other in [*kept, (None, writer)]:
            other.close()


async def test_a_stopped_proxy_leaves_nothing_open(names, site):
    proxy = EgressProxy(EgressPolicy.parse(["127.0.0.1"]), resolve=names)
    await proxy.start()
    reader, writer = await connect(proxy)
    await say(writer, f"GET {site}/ HTTP/1.1\n\n")
    await head_of(reader)
    await proxy.stop()
    await asyncio.wait_for(swallowed_read(reader), 5)
    assert proxy.open_connections == 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.close()

import asyncio
import gc
import socket

import aiohttp
import pytest

from bughive_worker.net.danger import Danger
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.proxy import EgressProxy, ProxyLimits

FORMS = [
    *("10.0.0.1", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "0.0.0.0"),
    *("255.255.255.255", "224.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]"),
    *("[::ffff:10.0.0.1]", "[64:ff9b::10.0.0.1]", "[2002:a00:1::1]", "[2001:0:808:808::f5ff:fffe]", "[::10.0.0.1]"),
    *("167772161", "0xa000001", "012.0.0.1", "0xa.1", "10.1", "10.0.0.1.", "%31%30.0.0.1"),
]


@pytest.mark.parametrize("host", FORMS)
@pytest.mark.parametrize("tunnel", [False, True])
async def test_every_spelling_of_a_forbidden_address_is_refused(proxy, names, host, tunnel, connect):
    client = await connect(proxy)
    await client.say(f"CONNECT {host}:443 HTTP/1.1\n\n" if tunnel else f"GET http://{host}/ HTTP/1.1\n\n")
    head = await client.head()
    body = (await client.rest()).decode()
    assert head.startswith("HTTP/1.1 403 ")
    assert "X-BugHive-Refused: " in head
    assert "BUGHIVE_EGRESS_ALLOW_CIDRS" in body
    assert names.asked == []  # none of them is taken for a name
    failure = proxy.last_failure(host.strip("[]"), 443 if tunnel else 80)
    assert failure is not None
    assert failure.kind is FailureKind.REFUSED_BY_GUARD


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


async def test_a_tunnels_failure_is_kept_for_the_browser_side_until_a_success(proxy, server, closed_port, connect):
    client = await connect(proxy)
    await client.say(f"CONNECT 127.0.0.1:{closed_port} HTTP/1.1\n\n")
    assert "502" in await client.head()
    assert proxy.last_failure("127.0.0.1", closed_port).kind is FailureKind.REFUSED
    async with server(answer_nothing, closed_port):
        client = await connect(proxy)
        await client.say(f"CONNECT 127.0.0.1:{closed_port} HTTP/1.1\n\n")
        assert "200" in await client.head()
        assert proxy.last_failure("127.0.0.1", closed_port) is None


async def test_a_client_that_left_before_its_refusal_is_no_accident(connect, until):
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def hesitate(_):
        asked.set()
        await may_answer.wait()
        return ("10.0.0.1",)

    accidents = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: accidents.append(context))
    async with EgressProxy(EgressPolicy(), resolve=hesitate) as proxy:
        client = await connect(proxy)
        await client.say("GET http://shop.example/ HTTP/1.1\n\n")
        await asked.wait()
        client.writer.transport.abort()
        may_answer.set()
        await until(lambda: proxy.last_failure("shop.example", 80))
    gc.collect()  # a task's exception that nobody took is told when the task is forgotten
    assert accidents == []

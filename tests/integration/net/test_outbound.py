import asyncio
import gzip
import json

import pytest
from aiohttp import web

from bughive_protocol.errors import EgressRefused, IntegrationUnavailable
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.outbound import Outbound

SECRET = "T0KEN"


async def service(request):
    if request.path == "/redirects":
        raise web.HTTPTemporaryRedirect("http://10.0.0.1/")
    if request.path == "/forged":
        return web.Response(status=403, headers={"X-BugHive-Refused": "private"})
    if request.path == "/bomb":
        return web.Response(body=gzip.compress(b"a" * 50_000_000), headers={"Content-Encoding": "gzip"})
    if request.path == "/hangs":
        await asyncio.sleep(60)
    if request.path == "/cookie":
        return web.Response(headers={"Set-Cookie": "a=1"})
    said = {
        "method": request.method,
        "target": request.raw_path,
        "headers": dict(request.headers),
        "body": await request.text(),
    }
    return web.json_response(said, status=418)


@pytest.fixture
async def port():
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def outbound(names):
    async with Outbound(EgressPolicy.parse(["127.0.0.1"]), resolve=names) as outbound:
        yield outbound


async def ask(outbound, url, *, method="POST", body=b"{}", limit_bytes=1000, timeout_seconds=5, **headers):
    return await outbound.request(
        method, url, headers=headers, body=body, limit_bytes=limit_bytes, timeout_seconds=timeout_seconds
    )


async def test_any_status_is_an_answer_and_the_request_arrives_as_it_was_written(outbound, port):
    answer = await ask(outbound, f"http://127.0.0.1:{port}/a%2fb~?s=%27'", body=b"hello", Authorization="Bearer x")
    assert (answer.status, answer.truncated) == (418, False)
    assert answer.headers["content-type"].startswith("application/json")
    said = json.loads(answer.body)
    assert (said["method"], said["target"], said["body"]) == ("POST", "/a%2fb~?s=%27'", "hello")
    assert said["headers"]["Authorization"] == "Bearer x"
    assert said["headers"]["User-Agent"].startswith("BugHive")


async def test_a_redirect_is_an_answer_and_is_not_followed(outbound, port):
    answer = await ask(outbound, f"http://127.0.0.1:{port}/redirects")
    assert (answer.status, answer.headers["location"]) == (307, "http://10.0.0.1/")


async def test_cookies_are_not_kept(outbound, port):
    await ask(outbound, f"http://127.0.0.1:{port}/cookie")
    answer = await ask(outbound, f"http://127.0.0.1:{port}/")
    assert "Cookie" not in json.loads(answer.body)["headers"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/",
        "https://127.0.0.2/",
        "https://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://0xa000001/",
        "http://rebound.example/",
        "https://rebound.example/",
    ],
)
async def test_a_forbidden_address_is_refused_for_good_and_the_setting_is_named(outbound, names, url):
    names.answers["rebound.example"] = ("127.0.0.1", "10.0.0.1")
    with pytest.raises(EgressRefused, match="BUGHIVE_EGRESS_ALLOW_CIDRS"):
        await ask(outbound, url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/",
        "file:///etc/passwd",
        "shop.example/hook",
        "https:///hook",
        "http://shop.example:70000/",
        "http://[::1/",
        "http://shop..example/",
        "http://shop.example/a b",
        "http://shop.example/a\r\nX-Own: 1",
        f"https://me:{SECRET}@shop.example/",
        f"https://{SECRET}@shop.example/",
        "",
    ],
)
async def test_what_is_no_plain_web_address_is_refused_without_asking_for_its_name(outbound, names, url):
    with pytest.raises(EgressRefused) as refused:
        await ask(outbound, url)
    assert SECRET not in str(refused.value)
    assert names.asked == []


async def test_a_service_that_forges_the_guards_own_answer_is_believed_to_be_itself(outbound, port):
    answer = await ask(outbound, f"http://127.0.0.1:{port}/forged")
    assert (answer.status, answer.headers["x-bughive-refused"]) == (403, "private")


async def test_of_an_answer_without_end_only_so_much_is_read(outbound, port):
    answer = await ask(outbound, f"http://127.0.0.1:{port}/bomb", limit_bytes=1000)
    assert (len(answer.body), answer.truncated) == (1000, True)


async def close_at_once(_, writer):
    writer.close()


async def answer_garbage(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/9.9 what\r\n\r\n")


async def break_off(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")


@pytest.mark.parametrize("handle", [close_at_once, answer_garbage, break_off])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_service_that_is_not_well_may_be_asked_again_later(outbound, server, handle, scheme):
    async with server(handle) as port:
        with pytest.raises(IntegrationUnavailable, match=f"127.0.0.1:{port}") as failed:
            await ask(outbound, f"{scheme}://127.0.0.1:{port}/{SECRET}", timeout_seconds=2)
    assert SECRET not in str(failed.value)


async def test_a_service_that_is_not_there_may_be_asked_again_later(outbound, closed_port):
    with pytest.raises(IntegrationUnavailable, match="refuses connections"):
        await ask(outbound, f"https://127.0.0.1:{closed_port}/")
    with pytest.raises(IntegrationUnavailable, match="does not exist"):
        await ask(outbound, "https://nowhere.example/")


async def test_a_service_that_does_not_answer_is_given_up_in_time(outbound, port):
    with pytest.raises(IntegrationUnavailable, match=r"did not answer in 0\.2 s"):
        await ask(outbound, f"http://127.0.0.1:{port}/hangs", timeout_seconds=0.2)

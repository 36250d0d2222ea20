import asyncio
import gzip
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bughive_worker.net.fetch import Fetcher, FetchLimits
from bughive_worker.net.fetched import FetchError, Hop

BOMB = gzip.compress(b"a" * 50_000_000)
LIMITS = FetchLimits(body=1000, redirects=3, total=0.5)


@pytest.fixture
async def fetcher(proxy):
    async with Fetcher(
        proxy,
        user_agent="BugHive-test",
        headers={"X-Own": "1"},
        in_site=lambda url: "shop.example" in url,
        limits=LIMITS,
    ) as fetcher:
        yield fetcher


async def pages(request):
    path = request.path
    if path == "/hop":
        raise web.HTTPFound("/there?x=1#top")
    if path == "/loop":
        raise web.HTTPMovedPermanently("/loop")
    if path == "/away":
        raise web.HTTPFound("mailto:a@shop.example")
    if path == "/inward":
        raise web.HTTPFound("http://10.0.0.1/")
    if path == "/gzip":
        return web.Response(body=BOMB, headers={"Content-Encoding": "gzip"})
    if path == "/badgzip":
        return web.Response(body=b"no gzip", headers={"Content-Encoding": "gzip"})
    if path == "/forged":
        return web.Response(status=403, headers={"X-BugHive-Refused": "private"})
    if path == "/long":
        return web.Response(body=b"x" * 5000)
    if path == "/slow":
        await asyncio.sleep(30)
    return web.json_response({"path": str(request.rel_url), "headers": dict(request.headers)})


@pytest.fixture
async def port():
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pages)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_an_answer_comes_with_status_headers_and_body(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/a%2Fb?q=%27#/route")
    assert (fetched.status, fetched.error, fetched.hops) == (200, None, ())
    assert fetched.headers["content-type"].startswith("application/json")
    assert b'"/a%2Fb?q=%27"' in fetched.body
    assert b"BugHive-test" in fetched.body
    assert not fetched.truncated


async def test_the_sites_headers_go_to_the_site_alone(fetcher, names, port):
    names.answers = {"shop.example": ("127.0.0.1",), "other.example": ("127.0.0.1",)}
    assert b"X-Own" in (await fetcher.get(f"http://shop.example:{port}/")).body
    assert b"X-Own" not in (await fetcher.get(f"http://other.example:{port}/")).body


async def test_redirects_are_followed_and_each_hop_is_told(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/hop")
    assert fetched.url == f"http://127.0.0.1:{port}/there?x=1"
    assert fetched.hops == (Hop(f"http://127.0.0.1:{port}/hop", 302),)
    assert fetched.status == 200


async def test_a_redirect_loop_ends(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/loop")
    assert fetched.error is FetchError.TOO_MANY_REDIRECTS
    assert len(fetched.hops) == LIMITS.redirects + 1


async def test_a_redirect_to_something_else_than_a_page_is_malformed(fetcher, port):
    assert (await fetcher.get(f"http://127.0.0.1:{port}/away")).error is FetchError.MALFORMED


async def test_a_redirect_to_a_private_address_is_refused(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/inward")
    assert fetched.error is FetchError.REFUSED_BY_GUARD
    assert fetched.url == "http://10.0.0.1/"
    assert "BUGHIVE_EGRESS_ALLOW_CIDRS" in fetched.message


async def test_a_refused_tunnel_is_told_like_a_refused_request(fetcher):
    fetched = await fetcher.get("https://169.254.169.254/")
    assert fetched.error is FetchError.REFUSED_BY_GUARD
    assert "metadata" in fetched.message


async def test_a_site_cannot_forge_a_refusal(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/forged")
    assert (fetched.status, fetched.error) == (403, None)


async def test_a_long_body_is_cut(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/long")
    assert fetched.body == b"x" * 1000
    assert fetched.truncated
    assert (await fetcher.get(f"http://127.0.0.1:{port}/long", body_limit=5000)).truncated is False


async def test_a_decompression_bomb_is_cut(fetcher, port):
    fetched = await fetcher.get(f"http://127.0.0.1:{port}/gzip")
    assert (fetched.body, fetched.truncated) == (b"a" * 1000, True)


async def test_head_reads_no_body(fetcher, port):
    for _ in range(2):  # the connection can be used again
        fetched = await fetcher.head(f"http://127.0.0.1:{port}/long")
        assert (fetched.status, fetched.body, fetched.headers["content-length"]) == (200, b"", "5000")


async def test_the_head_alone_of_a_get_does_not_wait_for_its_body(fetcher, server):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\n")
        await reader.read()

    async with server(handle) as port:
        assert (await fetcher.get(f"http://127.0.0.1:{port}/", body_limit=0)).status == 404


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_each_failure_has_its_name(fetcher, closed_port, scheme, names):
    names.answers["later.example"] = OSError(113, "no route")
    assert (await fetcher.get(f"{scheme}://127.0.0.1:{closed_port}/")).error is FetchError.REFUSED
    assert (await fetcher.get(f"{scheme}://nowhere.example/")).error is FetchError.DNS
    assert (await fetcher.get(f"{scheme}://later.example/")).error is FetchError.REFUSED


async def test_a_slow_answer_is_a_timeout(fetcher, port):
    assert (await fetcher.get(f"http://127.0.0.1:{port}/slow")).error is FetchError.TIMEOUT


async def test_what_is_not_http_is_malformed(fetcher, port, server):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    async with server(handle) as other:
        assert (await fetcher.get(f"http://127.0.0.1:{other}/")).error is FetchError.MALFORMED
    assert (await fetcher.get(f"http://127.0.0.1:{port}/badgzip")).error is FetchError.MALFORMED


async def test_an_answer_that_breaks_off_is_malformed(fetcher, server):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        await writer.drain()
        writer.transport.abort()

    async with server(handle) as port:
        assert (await fetcher.get(f"http://127.0.0.1:{port}/")).error is FetchError.MALFORMED


async def test_a_connection_that_is_closed_without_an_answer_is_a_reset(fetcher, server):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with server(handle) as port:
        assert (await fetcher.get(f"http://127.0.0.1:{port}/")).error is FetchError.RESET


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "site.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_a_tls_error(fetcher, tmp_path):
    server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    fetched = await fetcher.get(f"https://127.0.0.1:{port}/")
    assert fetched.error is FetchError.TLS
    server.close()
    await server.wait_closed()


async def test_a_server_that_does_not_speak_tls_is_a_tls_error(fetcher, port):
    assert (await fetcher.get(f"https://127.0.0.1:{port}/")).error is FetchError.TLS

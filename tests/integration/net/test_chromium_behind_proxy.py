"""The ways in which a page can make Chromium talk to an address, all at once."""

import asyncio
import socket

import pytest
from aiohttp import web
from playwright.async_api import Error

from bughive_worker.browser.driver import Driver
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.proxy import EgressProxy

WAYS_OUT = """<!doctype html><title>ways out</title>
<link rel=preconnect href="http://{inside}/"><link rel=dns-prefetch href="//{inside}"><link rel=prefetch href="http://{inside}/prefetch">
<link rel=stylesheet href="http://{inside}/style"><link rel=icon href="http://{inside}/icon">
<img src="http://{inside}/image"><img src="/to-inside"><iframe src="http://{inside}/frame"></iframe>
<iframe src="/to-inside"></iframe><object data="http://{inside}/object"></object>
<video src="http://{inside}/video" preload=auto></video><script src="http://{inside}/script"></script>
<style>body {{ background: url(http://{inside}/background) }} @import url(http://{inside}/import);</style>
<form id=form action="http://{inside}/form" method=post target=frame></form><iframe name=frame></iframe>
<script>
  const inside = "{inside}";
  const ended = (source) => new Promise((done) => {{ source.onopen = source.onerror = done; }});
  const peer = new RTCPeerConnection({{iceServers: [{{urls: `stun:${{inside}}`}}]}});
  peer.createDataChannel("x");
  const tries = [
    fetch(`http://${{inside}}/fetch`, {{mode: "no-cors"}}), fetch("/to-inside", {{mode: "no-cors"}}),
    fetch(`https://${{inside}}/tls`, {{mode: "no-cors"}}),
    ended(new WebSocket(`ws://${{inside}}/socket`)), ended(new WebSocket(`wss://${{inside}}/socket`)),
    ended(new EventSource(`http://${{inside}}/events`)),
    peer.createOffer().then((offer) => peer.setLocalDescription(offer)),
    new Promise((done) => setTimeout(done, 1500)),  // for what nobody can wait for: datagrams, beacons, hints
  ];
  navigator.sendBeacon(`http://${{inside}}/beacon`, "x");
  document.getElementById("form").submit();
  window.done = Promise.allSettled(tries).then(() => true);
</script>"""


@pytest.fixture
async def inside():
    """An address that is not for crawls: its port, and the protocols by which somebody came."""
    visits = []
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.2", 0))
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.2", port))
        server = await asyncio.start_server(lambda _, writer: (visits.append("tcp"), writer.close()), sock=tcp)
        loop = asyncio.get_running_loop()

        class Datagrams(asyncio.DatagramProtocol):
            def datagram_received(self, *_):
                visits.append("udp")

        transport, _ = await loop.create_datagram_endpoint(Datagrams, sock=udp)
        yield port, visits
        transport.close()
        server.close()
        await server.wait_closed()


@pytest.fixture
async def outside(inside):
    """A site whose page tries every way to the inside."""

    async def page(_):
        return web.Response(text=WAYS_OUT.format(inside=f"127.0.0.2:{inside[0]}"), content_type="text/html")

    async def to_inside(_):
        raise web.HTTPFound(f"http://127.0.0.2:{inside[0]}/redirected")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/to-inside", to_inside)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


class Browser:
    """A browser behind a proxy of the given policy."""

    def __init__(self, *allow_cidrs):
        self.proxy = EgressProxy(EgressPolicy.parse(allow_cidrs))

    async def __aenter__(self):
        await self.proxy.start()
        self.driver = Driver(BrowserSettings(), self.proxy.url)
        self.chromium = await self.driver.launch()
        return self, await self.chromium.browser.new_page()

    async def __aexit__(self, *_):
        await self.chromium.close()
        await self.driver.stop()
        await self.proxy.stop()


async def try_every_way(page, outside):
    await page.goto(outside)
    await asyncio.wait_for(page.evaluate("window.done"), 30)


@pytest.mark.usefixtures("chromium")
async def test_no_way_out_leads_to_a_forbidden_address(outside, inside):
    port, visits = inside
    async with Browser("127.0.0.1") as (browser, page):
        await try_every_way(page, outside)
        assert "tcp" not in visits
        assert browser.proxy.last_failure("127.0.0.2", port).kind is FailureKind.REFUSED_BY_GUARD


@pytest.mark.usefixtures("chromium")
async def test_a_refused_page_says_so_and_a_refused_tunnel_leaves_its_reason_with_the_proxy(outside, inside):
    port, visits = inside
    async with Browser("127.0.0.1") as (browser, page):
        for url in (f"http://127.0.0.2:{port}/", f"{outside}/to-inside"):
            answer = await page.goto(url)
            assert (answer.status, answer.headers["x-bughive-refused"]) == (403, "loopback")
        with pytest.raises(Error, match="ERR_TUNNEL_CONNECTION_FAILED"):
            await page.goto(f"https://127.0.0.2:{port}/")
        assert "127.0.0.2" in browser.proxy.last_failure("127.0.0.2", port).message
        assert "tcp" not in visits


@pytest.mark.usefixtures("chromium")
async def test_no_datagram_passes_by_the_proxy(outside, inside):
    async with Browser("127.0.0.1") as (_, page):
        await try_every_way(page, outside)
        assert "udp" not in inside[1]


@pytest.mark.usefixtures("chromium")
async def test_the_same_ways_lead_to_an_address_that_is_allowed(outside, inside):
    async with Browser("127.0.0.0/8") as (_, page):
        await try_every_way(page, outside)
        assert inside[1].count("tcp") > 10

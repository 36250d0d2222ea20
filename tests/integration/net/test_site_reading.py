import asyncio
import gzip
from datetime import UTC, datetime

import pytest
from aiohttp import web
from sites.serving import serve

from bughive_protocol.frontier import LinkVerdict
from bughive_worker.net.fetch import Fetcher, FetchLimits
from bughive_worker.net.link_check import LinkChecker
from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.robots import Robots
from bughive_worker.net.sitemap import SitemapLimits, collect_sitemap
from bughive_worker.net.urls import canonical


class Site:
    """A site that answers as a test writes down, by method and path, and notes what it was asked."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.url = ""

    async def handle(self, request):
        self.asked.append(f"{request.method} {request.path}")
        answer = self.answers.get(f"{request.method} {request.path}", self.answers.get(request.path, 404))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer == "hang":
            await asyncio.sleep(60)
        if answer == "close":
            request.transport.abort()
            return web.Response()
        if isinstance(answer, (str, bytes)):
            return web.Response(body=answer)
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        return web.Response(status=status, headers=headers)


@pytest.fixture
async def web_site():
    site = Site()
    running = await serve(site.handle)
    site.url = running.url
    yield site
    await running.close()


@pytest.fixture
async def fetcher(proxy):
    async with Fetcher(proxy, user_agent="BugHive", limits=FetchLimits(total=0.5)) as fetcher:
        yield fetcher


@pytest.fixture
def pacer():
    return HostPacer(1000)


@pytest.fixture
def checker(fetcher, pacer):
    return LinkChecker(fetcher, pacer, now=lambda: datetime(2026, 5, 12, tzinfo=UTC))


class Naps:
    """Sleeps that take no time and are written down."""

    def __init__(self):
        self.taken = []

    async def __call__(self, seconds):
        self.taken.append(seconds)


async def test_robots_is_read_once_for_all_who_ask(web_site, fetcher):
    web_site.answers["/robots.txt"] = "User-agent: *\nDisallow: /cart"
    robots = Robots(fetcher)
    found = await asyncio.gather(*(robots.rules(f"{web_site.url}/p{n}") for n in range(5)))
    assert not found[0].allowed(f"{web_site.url}/cart")
    assert web_site.asked == ["GET /robots.txt"]


async def test_robots_is_asked_again_before_everything_is_forbidden(web_site, fetcher):
    web_site.answers["/robots.txt"] = [503, 503, "User-agent: *\nDisallow: /cart"]
    naps = Naps()
    rules = await Robots(fetcher, sleep=naps).rules(web_site.url + "/")
    assert rules.allowed(f"{web_site.url}/a")
    assert naps.taken == [1, 2]


async def test_robots_that_never_answers_forbids_everything(web_site, fetcher):
    web_site.answers["/robots.txt"] = 500
    rules = await Robots(fetcher, sleep=Naps()).rules(web_site.url + "/")
    assert not rules.allowed(f"{web_site.url}/")
    assert len(web_site.asked) == 3


async def test_sitemaps_are_followed_through_indexes_and_gzip(web_site, fetcher, pacer):
    url = web_site.url
    web_site.answers = {
        "/index.xml": f"<sitemapindex><sitemap><loc>{url}/1.xml.gz</loc></sitemap><sitemap><loc>{url}/2.xml</loc>"
        f"</sitemap><sitemap><loc>{url}/index.xml</loc></sitemap><sitemap><loc>{url}/gone.xml</loc></sitemap>"
        "</sitemapindex>",
        "/1.xml.gz": gzip.compress(f"<urlset><url><loc>{url}/a?utm_source=x</loc></url></urlset>".encode()),
        "/2.xml": f"<urlset><url><loc>{url}/a</loc></url><url><loc>/b</loc></url>"
        "<url><loc>http://other.example/</loc></url><url><loc>mailto:x@y</loc></url></urlset>",
    }
    found = await collect_sitemap(fetcher, pacer, [f"{url}/index.xml"], lambda page: page.startswith(url))
    assert found.pages == (f"{url}/a", f"{url}/b")
    assert found.problems == (f"{url}/gone.xml: answers 404",)
    assert len(web_site.asked) == 4


async def test_sitemaps_without_end_are_read_only_so_far(web_site, fetcher, pacer):
    url = web_site.url
    for n in range(30):
        web_site.answers[f"/{n}.xml"] = f"<sitemapindex><sitemap><loc>{url}/{n + 1}.xml</loc></sitemap></sitemapindex>"
    web_site.answers["/p.xml"] = "<urlset>" + "".join(f"<url><loc>/p{n}</loc></url>" for n in range(100)) + "</urlset>"
    limits = SitemapLimits(pages=10, files=20, depth=3)
    found = await collect_sitemap(fetcher, pacer, [f"{url}/0.xml", f"{url}/p.xml"], lambda _: True, limits)
    assert len(found.pages) == 10
    assert web_site.asked == ["GET /0.xml", "GET /p.xml"]
    web_site.asked.clear()
    assert not (await collect_sitemap(fetcher, pacer, [f"{url}/0.xml"], lambda _: True, limits)).pages
    assert len(web_site.asked) == 4


@pytest.mark.parametrize(
    ("answers", "verdict", "status", "asked"),
    [
        ({"/a": 200}, LinkVerdict.OK, 200, ["HEAD /a"]),
        ({"HEAD /a": 405, "GET /a": 200}, LinkVerdict.OK, 200, ["HEAD /a", "GET /a"]),
        ({"HEAD /a": 501, "GET /a": 200}, LinkVerdict.OK, 200, ["HEAD /a", "GET /a"]),
        ({"HEAD /a": 404, "GET /a": 200}, LinkVerdict.OK, 200, ["HEAD /a", "GET /a"]),
        ({"HEAD /a": "close", "GET /a": 200}, LinkVerdict.OK, 200, ["HEAD /a", "GET /a"]),
        ({"HEAD /a": "hang", "GET /a": 200}, LinkVerdict.OK, 200, ["HEAD /a", "GET /a"]),
        ({"/a": 404}, LinkVerdict.BROKEN, 404, ["HEAD /a", "GET /a"]),
        ({"/a": 410}, LinkVerdict.BROKEN, 410, ["HEAD /a"]),
        ({"/a": 500}, LinkVerdict.BROKEN, 500, ["HEAD /a", "GET /a"]),
        ({"/a": 403}, LinkVerdict.UNVERIFIABLE, 403, ["HEAD /a", "GET /a"]),
        ({"/a": 429}, LinkVerdict.UNVERIFIABLE, 429, ["HEAD /a"]),
        ({"/a": "hang"}, LinkVerdict.UNVERIFIABLE, None, ["HEAD /a", "GET /a"]),
        ({"/a": (302, {"Location": "/b"}), "/b": 200}, LinkVerdict.OK, 200, ["HEAD /a", "HEAD /b"]),
        (
            {"/a": (302, {"Location": "/b"})},
            LinkVerdict.BROKEN,
            404,
            ["HEAD /a", "HEAD /b", "GET /a", "GET /b"],
        ),
    ],
)
async def test_a_link_is_checked_by_head_then_get(web_site, checker, answers, verdict, status, asked):
    web_site.answers = answers
    result = await checker.check(f"{web_site.url}/a#top")
    assert (result.verdict, result.status) == (verdict, status)
    assert result.url == f"{web_site.url}/a#top"
    assert [one for one, before in zip(web_site.asked, [None, *web_site.asked], strict=False) if one != before] == asked


@pytest.mark.parametrize("url", ["mailto:a@b.example", "tel:+1", "javascript:void(0)", "data:,x", "#top", ""])
async def test_what_is_no_page_is_never_asked(checker, names, url):
    assert (await checker.check(url)).verdict is LinkVerdict.UNVERIFIABLE
    assert names.asked == []


async def test_a_name_that_does_not_exist_and_a_closed_port_are_broken(checker, closed_port):
    assert (await checker.check("https://nowhere.example/")).verdict is LinkVerdict.BROKEN
    assert (await checker.check(f"http://127.0.0.1:{closed_port}/")).verdict is LinkVerdict.BROKEN


async def test_a_link_to_a_private_address_is_not_called_broken(checker):
    result = await checker.check("http://192.168.0.1/")
    assert result.verdict is LinkVerdict.UNVERIFIABLE
    assert "BUGHIVE_EGRESS_ALLOW_CIDRS" in result.error


async def test_a_host_that_complains_is_left_alone_and_nobody_waits_for_it(web_site, checker, pacer):
    web_site.answers["/a"] = (429, {"Retry-After": "120"})
    web_site.answers["/b"] = 200
    await checker.check(f"{web_site.url}/a")
    assert 100 < pacer.pause_left(canonical(web_site.url)) <= 120
    result = await asyncio.wait_for(checker.check(f"{web_site.url}/b"), 1)
    assert result.verdict is LinkVerdict.UNVERIFIABLE
    assert web_site.asked == ["HEAD /a"]


async def test_only_so_many_links_are_checked_at_once(fetcher, pacer, server):
    open_now = most = 0

    async def handle(reader, writer):
        nonlocal open_now, most
        await reader.readuntil(b"\r\n\r\n")
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.02)
        open_now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()

    async with server(handle) as port:
        checker = LinkChecker(fetcher, pacer, concurrency=3)
        results = await asyncio.gather(*(checker.check(f"http://127.0.0.1:{port}/{n}") for n in range(12)))
    assert {result.verdict for result in results} == {LinkVerdict.OK}
    assert most == 3

"""The shop is one connected site: every page can be reached by links, and the clean twin has no loose ends."""

import asyncio
import re
from collections import Counter, deque
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import aiohttp
import pytest
from sites.shop.server import start
from sites.shop.shop import Shop


class Document(HTMLParser):
    """What a test needs to know of a page."""

    def __init__(self, html):
        super().__init__()
        self.links, self.parts, self.ids, self.anchors = [], [], [], []
        self.title = self.description = self.language = None
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag == "a":
            self.links.append(attributes["href"])
        elif tag in {"img", "script", "iframe"} and "src" in attributes:
            self.parts.append(attributes["src"])
        elif tag == "link" and attributes["rel"] != "canonical":
            self.parts.append(attributes["href"])
        elif tag == "meta" and attributes.get("name") == "description":
            self.description = attributes["content"]
        elif tag == "html":
            self.language = attributes.get("lang")
        self._in_title = tag == "title"

    def handle_data(self, data):
        if self._in_title:
            self.title = (self.title or "") + data
            self._in_title = False


async def fetch(session, url):
    try:
        async with session.get(url, max_redirects=3) as answer:
            return answer.status, answer.content_type, await answer.text(), answer.url
    except aiohttp.TooManyRedirects:
        return 310, "", "", url


async def crawl(site):
    """Every page of the site that links lead to: {path: Document}, and the status of everything it refers to."""
    pages, statuses, waiting = {}, {}, deque(["/"])
    async with aiohttp.ClientSession() as session:
        while waiting:
            path = waiting.popleft()
            if path in statuses:
                continue
            statuses[path], kind, body, final = await fetch(session, site.url + path)
            if kind != "text/html" or statuses[path] != 200 or str(final) != site.url + path:
                continue
            pages[path] = page = Document(body)
            addresses = [urldefrag(urljoin(site.url + path, link)).url for link in page.links + page.parts]
            waiting += [url.removeprefix(site.url) for url in addresses if url.startswith(site.url + "/")]
    return pages, statuses


@dataclass(frozen=True)
class Walk:
    """What one walk through a shop saw."""

    clean: bool
    url: str
    pages: dict
    statuses: dict
    """Of everything that pages refer to, by path."""
    sitemap: str
    robots: str


async def walk(*, clean):
    site = await start(clean=clean)
    async with aiohttp.ClientSession() as session:
        pages, statuses = await crawl(site)
        _, _, sitemap, _ = await fetch(session, site.url + "/sitemap.xml")
        _, _, robots, _ = await fetch(session, site.url + "/robots.txt")
    await site.close()
    return Walk(clean, site.url, pages, statuses, sitemap, robots)


@pytest.fixture(scope="module")
def buggy():
    return asyncio.run(walk(clean=False))


@pytest.fixture(scope="module")
def clean():
    return asyncio.run(walk(clean=True))


@pytest.fixture(params=["buggy", "clean"])
def either(request):
    return request.getfixturevalue(request.param)


def test_every_page_is_reached_by_links(either):
    listed = {page.path for page in Shop.open(clean=either.clean).pages.values() if page.listed}
    assert listed <= set(either.statuses)
    assert len(either.pages) >= 80


def test_the_sitemap_lists_every_page_that_stands_for_itself(either):
    listed = {page.path for page in Shop.open(clean=either.clean).pages.values() if page.listed}
    assert {url.removeprefix(either.url) for url in re.findall(r"<loc>(.*?)</loc>", either.sitemap)} == listed


def test_the_shop_has_enough_templates():
    assert len({page.template for page in Shop.open(clean=True).pages.values()}) >= 12


def test_nothing_the_clean_twin_refers_to_is_missing(clean):
    assert {path: status for path, status in clean.statuses.items() if status != 200} == {}


def test_the_clean_twins_pages_are_well_formed(clean):
    titles = Counter(page.title for page in clean.pages.values())
    assert [title for title, count in titles.items() if count > 1] == []
    for path, page in clean.pages.items():
        assert page.title, path
        assert page.description, path
        assert page.language == "en-GB", path
        assert len(page.ids) == len(set(page.ids)), path


def test_no_page_refers_to_another_host_than_the_developers_own(either):
    addresses = {link for page in either.pages.values() for link in page.links + page.parts if "//" in link}
    assert addresses == (set() if either.clean else {"http://localhost:1/invoices/sample"})


def test_robots_txt_names_the_sitemap(either):
    assert f"Sitemap: {either.url}/sitemap.xml" in either.robots

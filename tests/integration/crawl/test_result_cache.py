"""A second session of a site reuses what the first saw of its pages, where they are unchanged."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

import pytest
import pytest_asyncio
import redis
from aiohttp import web
from sites.serving import serve

from bughive_crds.crawl_session import (
    ArtifactsSpec,
    BrowserSpec,
    ChecksSpec,
    CrawlSessionSpec,
    ResultCacheSpec,
    ScopeSpec,
    Screenshots,
)
from bughive_protocol.connections import connect_async
from bughive_protocol.keys import Keys
from bughive_protocol.pace import MemoryPace
from bughive_protocol.picture import page_subject
from bughive_protocol.seen_pages import RedisSeenPages
from bughive_worker.crawl.earlier import pack, unpack
from bughive_worker.crawl.unchanged import uninspected
from bughive_worker.observation import PageObservation

HOUR = 3600
SAYS = ("Accept-Language", "User-Agent", "Upgrade-Insecure-Requests", "X-Own")
"""By these a server may answer otherwise."""
PAGES = {
    "/": "<title>Home</title><h1>Home</h1><a href=/tea>Tea</a> <a href=/tables>Tables</a> <a href=/gone>Gone</a>",
    "/tea": "<title>Tea</title><h1>Tea</h1><p>For undefined</p><img src=/tea.png alt=Tea width=9 height=9>"
    "<a href=/cups>Cups</a>",
    "/cups": "<title>Tea</title><h1>Cups</h1><p>White and blue</p><ul><li>One<li>Two</ul><a href=/>Home</a>",
    "/tables": "<title>Tables</title><h1>Tables</h1><div style='width: 900px; background: #eee'>wide</div>"
    "<table><tr><td>1</table><script>throw new Error('planted')</script>",
}


@dataclass
class Site:
    """A site on loopback, and who asked for what."""

    url: str = ""
    pages: dict[str, str] = field(default_factory=lambda: dict(PAGES))
    etags: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    visits: Counter[str] = field(default_factory=Counter)
    """Documents that a browser opened."""
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Documents that were asked for without one, and the answers."""
    browser_says: set[tuple[str | None, ...]] = field(default_factory=set)
    asker_says: set[tuple[str | None, ...]] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path
        if path not in self.pages or request.method != "GET":
            return web.Response(status=200 if path in self.pages else 404)
        body = f"<!doctype html><html lang=en>{self.pages[path]}".encode()
        etag = f'"{sha256(body).hexdigest()[:8]}"'
        headers = {**self.headers, **({"ETag": etag} if self.etags else {})}
        fits = self.etags and request.headers.get("If-None-Match") == etag
        says = tuple(request.headers.get(name) for name in SAYS)
        if request.headers.get("Sec-Fetch-Mode") == "navigate":
            self.visits[path] += 1
            self.browser_says.add(says)
        else:
            self.asker_says.add(says)
            self.asked[path, 304 if fits else 200] += 1
        if fits:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)

    def forget(self) -> None:
        self.visits.clear()
        self.asked.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    served = Site()
    running = await serve(served.answer)
    served.url = running.url
    yield served
    await running.close()


@dataclass
class Told:
    """What a session tells of the site, whoever looked at it."""

    bugs: dict[str, tuple[str, int, frozenset[str]]]
    pages: frozenset[tuple[str, str | None, str | None, int, str | None]]
    known: frozenset[str]
    links: frozenset[tuple[str, str]]


class CountedPace(MemoryPace):
    """Counts the turns that it gives."""

    turns = 0

    async def take(self, host: str, interval: float, pause: float = 0) -> float:
        self.turns += 1
        return await super().take(host, interval, pause)


@dataclass
class Done:
    told: Told
    reused: set[str]
    inspected: set[str]
    pictures: set[str]
    turns: int

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _, _ in self.told.bugs.values()}


@pytest_asyncio.fixture(loop_scope="module")
async def seen_pages(redis_url: str, key_prefix: str) -> AsyncIterator[RedisSeenPages]:
    async with connect_async(redis_url) as client:
        yield RedisSeenPages(client, Keys(key_prefix))


@pytest.fixture
def session(crawl_of, engine, site, seen_pages) -> Callable[..., Awaitable[Done]]:
    """One session of the site; ``max_age`` None: without the result cache."""

    async def run(max_age: int | None = HOUR, pictures: Screenshots = Screenshots.NONE, **spec: object) -> Done:
        crawl = crawl_of(engine, f"{site.url}/")
        cache = None if max_age is None else ResultCacheSpec(max_age_seconds=max_age)
        fields = {"result_cache": cache, "artifacts": ArtifactsSpec(screenshots=pictures), **spec}
        crawl.spec = CrawlSessionSpec.model_validate({**dict(crawl.spec), **fields})
        pace = CountedPace()
        crawl.stores = replace(crawl.stores, seen_pages=seen_pages, pace=pace)
        await crawl.run()
        memory = crawl.memory
        told = Told(
            bugs={
                found.finding.fingerprint: (found.finding.kind, found.occurrences, frozenset(found.examples))
                for found in await crawl.stores.findings.all()
            },
            pages=frozenset((one.url, one.title, one.template, one.links, one.end) for one in memory.results.values()),
            known=frozenset(memory.pages),
            links=frozenset((one.url, one.verdict) for one in memory.link_results.values()),
        )
        reused = {one.url.removeprefix(site.url) for one in memory.results.values() if one.reused_from}
        assert (await crawl.stores.frontier.counts()).reused == len(reused)
        inspected = {one.url.removeprefix(site.url) for one in memory.results.values() if one.inspected}
        return Done(told, reused, inspected, set(memory.images), pace.turns)

    return run


@pytest.mark.parametrize("etags", [True, False])
async def test_an_unchanged_site_is_told_as_before_and_no_page_is_opened(session, site, etags):
    site.etags = etags
    first = await session()
    assert first.reused == set()
    assert site.visits == dict.fromkeys(PAGES, 1)
    assert not site.asked
    site.forget()

    second = await session()
    assert second.reused == PAGES.keys()
    assert not site.visits
    assert site.asked == {(path, 304 if etags else 200): 1 for path in PAGES}
    assert second.told == first.told
    assert second.turns == first.turns, "to ask takes the host's turn as a visit does"
    assert {"placeholder-text", "uncaught-exception", "broken-image"} <= second.kinds
    assert second.told == (await session(None)).told


async def test_only_the_page_that_changed_is_visited_again(session, site):
    await session()
    site.forget()
    site.pages["/cups"] = site.pages["/cups"].replace("White and blue", "Only NaN left")

    second = await session()
    assert site.visits == {"/cups": 1}
    assert second.reused == PAGES.keys() - {"/cups"}
    assert second.told == (await session(None)).told


async def test_unless_it_is_asked_for_nothing_is_kept_nor_reused(session, site, redis_client: redis.Redis, key_prefix):
    await session(None)
    assert redis_client.keys(f"{key_prefix}:*") == []
    await session()
    site.forget()
    assert (await session(None)).reused == set()
    assert site.visits == dict.fromkeys(PAGES, 1)
    assert not site.asked


async def test_a_page_that_is_not_to_be_stored_is_visited_each_time(session, site):
    site.headers = {"Cache-Control": "no-store"}
    await session()
    site.forget()
    assert (await session()).reused == set()
    assert not site.asked


async def test_what_is_too_old_is_not_reused_and_reuse_makes_it_no_younger(session, site, redis_client, key_prefix):
    keys = Keys(key_prefix)
    await session(2 * HOUR)
    _rewrite(redis_client, keys, lambda seen: replace(seen, observed_at=seen.observed_at - timedelta(hours=1)))
    until = redis_client.zrange(keys.seen_until, 0, -1, withscores=True)

    assert (await session(2 * HOUR)).reused == PAGES.keys()
    assert redis_client.zrange(keys.seen_until, 0, -1, withscores=True) == until

    site.forget()
    assert (await session(HOUR)).reused == set()
    assert not site.asked
    assert (await session(HOUR)).reused == PAGES.keys()


async def test_who_shows_the_browser_otherwise_sees_for_himself(session, site):
    await session()
    site.forget()
    german = await session(browser=BrowserSpec(headers={}, locale="de", requests_per_second=1000))
    assert german.reused == set()
    assert not site.asked


async def test_a_page_is_asked_for_in_the_words_of_the_browser(session, site):
    browser = BrowserSpec(headers={"X-Own": "yes"}, locale="de-AT", requests_per_second=1000)
    await session(browser=browser)
    assert (await session(browser=browser)).reused == PAGES.keys()
    assert len(site.browser_says) == 1
    assert site.asker_says == site.browser_says


async def test_other_detectors_look_at_what_was_seen(session):
    await session()
    checks = ChecksSpec(disable=("placeholder-text",))
    second = await session(checks=checks)
    assert second.reused == PAGES.keys()
    assert "placeholder-text" not in second.kinds
    assert second.told == (await session(None, checks=checks)).told


async def test_headers_are_as_the_site_sends_them_now(session, site):
    first = await session()
    site.headers = {"X-Frame-Options": "DENY"}
    second = await session()
    assert second.reused == PAGES.keys()
    assert len(first.told.bugs) - len(second.told.bugs) == 1
    site.headers = {"Content-Security-Policy": "script-src 'none'"}
    assert (await session()).reused == set()


async def test_each_bug_has_its_picture_for_the_pages_that_show_new_ones_are_visited(session, site):
    first = await session(pictures=Screenshots.FINDINGS)
    site.forget()
    second = await session(pictures=Screenshots.FINDINGS)
    assert second.pictures == first.pictures != set()
    assert second.told == first.told
    assert second.reused == {"/cups"}
    assert site.asked == {("/cups", 304): 1}


async def test_each_page_that_is_visited_has_its_picture_and_one_that_is_reused_has_none(session, site):
    def of_pages(done: Done) -> set[str]:
        return {subject for subject in done.pictures if subject.startswith("page-")}

    first = await session(pictures=Screenshots.ALL)
    assert of_pages(first) == {page_subject(url) for url, *_ in first.told.pages}
    second = await session(pictures=Screenshots.ALL)
    assert second.reused == {"/cups"}
    assert of_pages(first) - of_pages(second) == {page_subject(f"{site.url}/cups")}


async def test_a_page_with_a_part_that_fails_is_visited_each_time(session, site):
    site.pages["/cups"] += "<script src=http://127.0.0.1:9/away.js></script>"
    await session()
    site.forget()
    assert (await session()).reused == PAGES.keys() - {"/cups"}
    assert site.visits["/cups"]


async def test_a_page_whose_script_goes_on_to_another_document_is_visited_each_time(session, site):
    site.pages["/cups"] += "<script>if (!document.cookie) { document.cookie = 'been=1'; location.reload(); }</script>"
    await session()
    site.forget()
    assert (await session()).reused == PAGES.keys() - {"/cups"}


async def test_each_template_is_inspected_once_however_many_of_its_pages_were(session, site):
    site.pages["/tables2"] = site.pages["/tables"]
    site.pages["/"] += "<a href=/tables2>More</a>"
    alone = ScopeSpec(max_depth=0, sitemap=False, respect_robots_txt=False)
    for path in ("/tables", "/tables2"):
        assert (await session(url=f"{site.url}{path}", scope=alone)).inspected == {path}

    both = await session()
    assert {"/tables", "/tables2"} <= both.reused
    assert len(both.inspected & {"/tables", "/tables2"}) == 1
    assert _counted(both) == _counted(await session(None))


async def test_a_page_is_visited_to_inspect_a_template_that_none_was_inspected_for(
    session, site, redis_client, key_prefix
):
    first = await session()
    assert first.inspected
    _rewrite(redis_client, Keys(key_prefix), uninspected)
    site.forget()
    second = await session()
    assert second.told == first.told
    assert (second.inspected, site.visits.keys()) == (first.inspected, first.inspected)


def _counted(done: Done) -> dict[str, tuple[str, int]]:
    """The bugs, whichever of several pages was inspected."""
    return {name: (kind, occurrences) for name, (kind, occurrences, _) in done.told.bugs.items()}


def _rewrite(client: redis.Redis, keys: Keys, change: Callable[[PageObservation], PageObservation]) -> None:
    for name, packed in client.hgetall(keys.seen_pages).items():
        if name != b"bytes":
            client.hset(keys.seen_pages, name, pack(change(unpack(packed))))

"""Each hostile page ends as defined, and the tab or its successor visits the next page as if nothing had been."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sites.hostile import server
from sites.hostile.pages import HOSTILE

from bughive_protocol.frontier import FrontierItem, PageEnd
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.browser.visit import visit
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.window import Presentation, Window
from bughive_worker.crawl.engine import Engine
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.resolver import Resolve
from bughive_worker.observation import PageObservation

TIMEOUT, ANSWER = 3, 3
LATE = 3.0
"""Seconds by which a visit may end late on a busy machine."""

ENDS = {
    "/hangs": PageEnd.TIMED_OUT,
    "/hangs-later": PageEnd.TIMED_OUT,
    "/hangs-on-load": PageEnd.TIMED_OUT,
    "/frames": PageEnd.TIMED_OUT,
    "/alerts": PageEnd.LOADED,
    "/alert-loop": PageEnd.TIMED_OUT,
    "/confirm-loop": PageEnd.TIMED_OUT,
    "/prints": PageEnd.LOADED,
    "/reloads": PageEnd.REDIRECT_LOOP,
    "/refreshes": PageEnd.REDIRECT_LOOP,
    "/reloads-by-address": PageEnd.REDIRECTED_AWAY,
    "/leaves": PageEnd.REDIRECTED_AWAY,
    "/leaves-site": PageEnd.REDIRECTED_AWAY,
    "/popups": PageEnd.LOADED,
    "/closes-itself": PageEnd.LOADED,
    "/beforeunload": PageEnd.LOADED,
    "/writes": PageEnd.LOADED,
    "/writes-later": PageEnd.LOADED,
    "/throws": PageEnd.LOADED,
    "/mutates-forever": PageEnd.LOADED,
    "/renders-late": PageEnd.LOADED,
    "/fetches-late": PageEnd.LOADED,
    "/reads-late-answer": PageEnd.LOADED,
    "/reads-late-body": PageEnd.LOADED,
    "/polls-forever": PageEnd.LOADED,
    "/pushes-state": PageEnd.LOADED,
    "/overrides": PageEnd.LOADED,
    "/worker": PageEnd.LOADED,
    "/empty": PageEnd.LOADED,
    "/nul": PageEnd.LOADED,
    "/never-stops-loading": PageEnd.LOADED,
    "/broken-encoding": PageEnd.LOADED,
    "/lies-about-encoding": PageEnd.LOADED,
    "/deep-dom": PageEnd.LOADED,
    "/unclosed": PageEnd.LOADED,
    "/download": PageEnd.DOWNLOAD,
    "/picture": PageEnd.DOWNLOAD,
    "/json": PageEnd.DOWNLOAD,
    "/no-content": PageEnd.DOWNLOAD,
    "/redirect-to-mail": PageEnd.DOWNLOAD,
    "/server-error": PageEnd.LOADED,
    "/not-found": PageEnd.LOADED,
    "/too-many": PageEnd.LOADED,
    "/failed-assets": PageEnd.LOADED,
    "/recovers": PageEnd.LOADED,
    "/recovers-asset": PageEnd.LOADED,
    "/redirect-loop": PageEnd.REDIRECT_LOOP,
    "/redirect-loop-2": PageEnd.REDIRECT_LOOP,
    "/redirect-away": PageEnd.REDIRECTED_AWAY,
    "/redirect-inside": PageEnd.REDIRECTED_AWAY,
    "/silence": PageEnd.TIMED_OUT,
    "/drip": PageEnd.TIMED_OUT,
    "/announced-flood": PageEnd.TOO_LARGE,
    "/reset": PageEnd.UNREACHABLE,
    "/garbage": PageEnd.UNREACHABLE,
    "/cut": PageEnd.UNREACHABLE,
}
TOO_MUCH = ("/flood", "/huge-dom", "/console-storm", "/exceptions-storm", "/popup-loop")
"""How far the browser gets with these in the time given is the machine's affair."""


class Visitor:
    def __init__(self, engine: Engine, window: Window, url: str) -> None:
        self.engine, self.window, self.url = engine, window, url

    async def see(self, path: str) -> PageObservation:
        url = path if path.startswith("http") else f"{self.url}{path}"
        rules = VisitRules(TIMEOUT, answer=ANSWER, failure_of=self.engine.proxy.last_failure)
        async with self.window.tab() as tab:
            return await visit(tab, FrontierItem(url=url, depth=0), rules)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor(no_such_name: Resolve) -> AsyncIterator[Visitor]:
    running, _ = await server.start()
    async with Engine(BrowserSettings(), EgressPolicy.parse(["127.0.0.0/8"]), no_such_name) as engine:
        window = Window(engine.host, Presentation())
        yield Visitor(engine, window, running.url)
        await window.close()
    await running.close()


async def test_every_hostile_page_has_a_defined_end():
    assert set(HOSTILE) == {*ENDS, *TOO_MUCH}


@pytest.mark.parametrize("path", ENDS)
async def test_a_hostile_page_ends_as_defined_and_the_next_is_none_the_worse(visitor, path):
    seen = await visitor.see(path)
    after = await visitor.see("/calm/9")

    assert (seen.end, seen.duration_ms < (TIMEOUT + ANSWER + LATE) * 1000) == (ENDS[path], True), seen.error
    assert (after.end, after.dom.title, after.console, after.exceptions) == (PageEnd.LOADED, "Hostile", (), ())


@pytest.mark.parametrize("path", TOO_MUCH)
async def test_a_page_that_is_too_much_ends_in_time(visitor, path):
    seen = await visitor.see(path)
    after = await visitor.see("/calm/9")

    assert seen.end in (PageEnd.LOADED, PageEnd.TIMED_OUT, PageEnd.TOO_LARGE)
    assert seen.duration_ms < (TIMEOUT + ANSWER + LATE) * 1000
    assert len(seen.console) <= 100
    assert len(seen.exceptions) <= 100
    assert after.end is PageEnd.LOADED


async def test_what_scripts_bring_in_late_is_seen(visitor):
    rendered, fetched = await visitor.see("/renders-late"), await visitor.see("/fetches-late")

    assert [link.text for link in rendered.dom.links] == ["late"]
    assert [link.text for link in fetched.dom.links] == ["fetched"]


@pytest.mark.parametrize("path", ["/reads-late-answer", "/reads-late-body"])
async def test_what_a_late_answer_breaks_is_seen(visitor, path):
    seen = await visitor.see(path)

    assert ["is not valid JSON" in error.message for error in seen.exceptions] == [True]


async def test_dialogs_are_counted_and_answered(visitor):
    assert (await visitor.see("/alerts")).dialogs == 5


async def test_popups_are_closed(visitor):
    await visitor.see("/popups")
    await visitor.see("/calm/1")

    async with visitor.window.tab() as tab:
        assert tab.page.context.pages == [tab.page]


async def test_exceptions_and_rejections_are_told_apart(visitor):
    seen = await visitor.see("/throws")

    assert {(error.message, error.rejection) for error in seen.exceptions} == {("thrown", False), ("rejected", True)}


async def test_a_redirect_is_not_followed_but_told(visitor):
    seen = await visitor.see("/redirect-inside")

    assert (seen.final_url, seen.redirects, seen.dom) == (
        f"{visitor.url}/calm/1",
        (f"{visitor.url}/redirect-inside",),
        None,
    )


async def test_statuses_and_failures_of_resources_are_known(visitor):
    seen = await visitor.see("/failed-assets")

    by_name = {entry.url.rpartition("/")[2]: (entry.status, entry.failure) for entry in seen.network}
    assert by_name == {"a.js": (None, "net::ERR_UNSAFE_PORT"), "missing.gif.html": (404, None)}


@pytest.mark.parametrize(
    ("url", "end", "word"),
    [
        ("http://nowhere.invalid/", PageEnd.DNS_FAILURE, "does not exist"),
        ("https://nowhere.invalid/", PageEnd.DNS_FAILURE, "does not exist"),
        ("http://127.0.0.1:8999/", PageEnd.UNREACHABLE, "refuses connections"),
        ("http://10.0.0.1/", PageEnd.REFUSED, "BUGHIVE_EGRESS_ALLOW_CIDRS"),
        ("https://169.254.169.254/", PageEnd.REFUSED, "BUGHIVE_EGRESS_ALLOW_CIDRS"),
    ],
)
async def test_an_address_that_is_not_reached_says_why(visitor, url, end, word):
    seen = await visitor.see(url)

    assert (seen.end, word in seen.error) == (end, True), seen.error


async def test_a_route_in_the_fragment_is_a_visit_of_its_own(visitor):
    first, second = await visitor.see("/calm/1#/one"), await visitor.see("/calm/1#/two")

    assert (first.end, second.end, second.status) == (PageEnd.LOADED, PageEnd.LOADED, 200)

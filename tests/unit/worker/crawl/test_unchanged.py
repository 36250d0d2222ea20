"""When what an earlier session saw of a page may be reused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from bughive_crds.auth import AuthSpec
from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, ScopeSpec
from bughive_protocol.frontier import FrontierItem, PageEnd, Via
from bughive_worker.crawl.earlier import Earlier, manner, pack, unpack
from bughive_worker.crawl.unchanged import (
    as_found_now,
    question,
    time_left,
    unchanged,
    uninspected,
    worth_keeping,
)
from bughive_worker.net.fetched import Fetched, FetchError
from bughive_worker.observation import DomFacts, LayoutSample, Link, NetworkEntry, PageObservation

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY = b"<title>Tea</title>"
HTML = {"content-type": "text/html; charset=utf-8"}
SEEN = PageObservation(
    url="http://a/tea",
    end=PageEnd.LOADED,
    observed_at=NOW,
    final_url="http://a/tea",
    status=200,
    headers={**HTML, "etag": '"1"'},
    digest=sha256(BODY).hexdigest(),
    dom=DomFacts("Tea", "en", "", None, text_length=3, links=(Link("http://a/", "Home", "a"),), features=(1, 2)),
    inspected=True,
    layout=(LayoutSample(320, 320),),
)
SAME = Fetched(url=SEEN.url, status=200, headers=HTML, body=BODY)
NOT_MODIFIED = Fetched(url=SEEN.url, status=304, headers={"etag": '"1"'})


def test_a_whole_visit_of_a_page_that_is_well_is_kept():
    assert worth_keeping(SEEN)


@pytest.mark.parametrize(
    "flaw",
    [
        {"end": PageEnd.TIMED_OUT},
        {"error": "the page never stops loading"},
        {"status": 404},
        {"redirects": ("http://a/t",)},
        {"reused": True},
        {"digest": ""},
        {"dom": None},
        {"headers": {"content-type": "text/plain"}},
        {"headers": {**HTML, "cache-control": "private, No-Store"}},
        {"network": (NetworkEntry("http://a/x.js", "script", failure="net::ERR_CONNECTION_REFUSED"),)},
        {"network": (NetworkEntry("http://a/x.js", "script", status=500),)},
    ],
    ids=str,
)
def test_nothing_else_is(flaw):
    assert not worth_keeping(replace(SEEN, **flaw))


def test_a_part_that_is_missing_does_not_keep_a_page_from_being_kept():
    assert worth_keeping(replace(SEEN, network=(NetworkEntry("http://a/x.js", "script", status=404),)))


@pytest.mark.parametrize(("age", "left"), [(0, 60), (59, 1), (60, 0), (61, -1)])
def test_the_age_counts_from_the_visit(age, left):
    assert time_left(SEEN, timedelta(seconds=60), NOW + timedelta(seconds=age)) == timedelta(seconds=left)


def test_a_page_is_asked_for_as_the_browser_does():
    headers = question(SEEN, "de-AT")
    assert headers["If-None-Match"] == '"1"'
    assert headers["Accept-Language"] == "de-AT"
    assert headers["Accept"].startswith("text/html")
    assert "If-None-Match" not in question(replace(SEEN, headers=HTML), "de")


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        (SAME, True),
        (NOT_MODIFIED, True),
        (replace(SAME, body=b"<title>Coffee</title>"), False),
        (replace(SAME, status=203), False),
        (replace(SAME, status=301, headers={"location": "http://a/t"}), False),
        (replace(SAME, truncated=True), False),
        (replace(SAME, headers={**HTML, "cache-control": "no-store"}), False),
        (replace(SAME, headers={**HTML, "content-security-policy": "script-src 'none'"}), False),
        (replace(SAME, headers={"content-type": "text/html; charset=latin-1"}), False),
        (replace(SAME, headers={**HTML, "x-frame-options": "DENY"}), True),
        (replace(NOT_MODIFIED, headers={"content-security-policy": "script-src 'none'"}), False),
        (Fetched.failed(SEEN.url, (), FetchError.TIMEOUT, "no answer"), False),
    ],
)
def test_a_page_is_unchanged_where_its_document_is_and_what_a_browser_makes_of_it(answer, same):
    assert unchanged(SEEN, answer) is same


def test_a_304_to_nobodys_question_says_nothing():
    assert not unchanged(replace(SEEN, headers=HTML), NOT_MODIFIED)


def test_how_a_page_became_known_and_its_headers_are_this_sessions():
    item = FrontierItem(url=SEEN.url, depth=4, via=Via.SITEMAP, referrer=None)
    found = as_found_now(SEEN, item, replace(SAME, headers={**HTML, "x-frame-options": "DENY"}))
    assert (found.depth, found.via, found.reused, found.observed_at) == (4, Via.SITEMAP, True, NOW)
    assert found.headers == {**HTML, "x-frame-options": "DENY"}
    assert as_found_now(SEEN, item, NOT_MODIFIED).headers == SEEN.headers


def test_the_inspection_can_be_taken_out():
    assert uninspected(SEEN) == replace(SEEN, inspected=False, layout=())


def test_what_is_kept_comes_back_as_it_was():
    assert unpack(pack(SEEN)) == SEEN


class Pages(dict):
    async def put(self, name, seen, _seconds):
        self[name] = seen


async def test_a_page_whose_text_is_no_unicode_is_not_kept_and_fails_nothing():
    pages = Pages()
    earlier = Earlier(pages, "manner", timedelta(days=1))
    await earlier.keep(replace(SEEN, dom=replace(SEEN.dom, title="\ud800")))
    assert not pages
    await earlier.keep(SEEN)
    assert len(pages) == 1


def test_what_cannot_be_read_counts_as_nothing():
    assert unpack(b"of another version") is None
    assert unpack(pack(SEEN)[:-9]) is None


SPEC = CrawlSessionSpec(url="https://shop.example/", browser=BrowserSpec(headers={}))


@pytest.mark.parametrize(
    "other",
    [
        {"namespace": "b"},
        {"inspects": False},
        {"browser_version": "142.0.1"},
        {"spec": SPEC.model_copy(update={"url": "https://shop.example:8443/"})},
        {"spec": SPEC.model_copy(update={"scope": ScopeSpec(hosts=("www.shop.example",))})},
        {"spec": SPEC.model_copy(update={"browser": BrowserSpec(headers={}, locale="de")})},
        {"spec": SPEC.model_copy(update={"browser": BrowserSpec(headers={"X-Beta": "1"})})},
        {"spec": SPEC.model_copy(update={"browser": BrowserSpec(headers={}, user_agent="Me")})},
        {"spec": SPEC.model_copy(update={"browser": BrowserSpec(headers={}, dismiss=("#yes",))})},
        {"spec": SPEC.model_copy(update={"auth": AuthSpec(type="Bearer", secret_ref={"name": "login"})})},
    ],
    ids=str,
)
def test_who_looks_at_pages_in_another_manner_reuses_nothing(other):
    own = {"namespace": "a", "spec": SPEC, "browser_version": "142.0.0", "inspects": True}
    assert manner(**own) == manner(**own)
    assert manner(**{**own, **other}) != manner(**own)


def test_what_is_made_of_it_afterwards_makes_no_difference():
    other = SPEC.model_copy(update={"scope": ScopeSpec(max_pages=7, exclude=("/cart",))})
    assert manner("a", other, "1", inspects=True) == manner("a", SPEC, "1", inspects=True)

"""Every bug of the answer key is in the shop, and none is in its clean twin: seen by plain HTTP."""

import re
import time
from pathlib import Path

import aiohttp
import pytest
from sites.shop import answer_key
from sites.shop.answer_key import load_bugs, path_of

SOURCES = Path(answer_key.__file__).parent


async def shows(bug, site, session):
    """Whether the shop shows what this bug's entry says plain HTTP shows of it."""
    sign = bug.planted
    began = time.monotonic()
    method = "GET" if sign.post is None else "POST"
    async with session.request(method, site.url + sign.path, data=sign.post, allow_redirects=False) as answer:
        body = await answer.text()
    signs = {
        "status": answer.status == sign.status,
        "has": re.search(sign.has or "", body, re.MULTILINE) is not None,
        "lacks": re.search(sign.lacks or "", body) is None,
        "lacks_header": sign.lacks_header not in answer.headers,
        "redirects_to": re.fullmatch(sign.redirects_to or "", answer.headers.get("Location", "")) is not None,
        "slower_than": time.monotonic() - began > (sign.slower_than or 0),
        "empty": body == "",
    }
    return all(signs[name] for name in sign.model_fields_set - {"path", "post"})


async def test_each_bug_shows_in_the_shop_and_not_in_its_clean_twin(twin):
    clean, site = twin
    async with aiohttp.ClientSession() as session:
        showing = {bug.id for bug in load_bugs() if await shows(bug, site, session)}
    assert showing == (set() if clean else {bug.id for bug in load_bugs()})


async def test_each_bug_is_on_a_page_that_its_entry_covers(twin):
    clean, site = twin
    async with aiohttp.ClientSession() as session:
        for bug in load_bugs():
            assert re.fullmatch(bug.pages, bug.example), bug.id
            if bug.planted.slower_than:
                continue
            async with session.get(site.url + bug.example, allow_redirects=False) as answer:
                assert answer.status in ({200} if clean else {200, bug.planted.status}), bug.id


def test_what_is_planted_is_what_the_answer_key_lists():
    files = [path for path in SOURCES.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg", ".py"}]
    planted = {
        found for path in files for found in re.findall(r"bug\([\"']([a-z-]+)[\"']\)", path.read_text(encoding="utf-8"))
    }
    assert planted == {bug.id for bug in load_bugs()}


def test_an_unlisted_bug_cannot_be_planted():
    from sites.shop.twin import twin as open_twin

    with pytest.raises(KeyError, match=r"bugs\.yaml"):
        open_twin(clean=True).bug("no-such-bug")


def test_the_key_holds_enough_bugs_of_enough_kinds():
    seen = [bug for bug in load_bugs() if bug.detectable]
    assert len(seen) >= 40
    assert len({bug.kind for bug in seen}) >= 12
    assert len(load_bugs()) - len(seen) >= 8


async def test_a_missing_page_is_a_404_in_the_shops_own_dress(twin):
    _, site = twin
    async with aiohttp.ClientSession() as session, session.get(site.url + "/no/such/page") as answer:
        assert (answer.status, "This shelf is empty" in await answer.text()) == (404, True)


async def test_a_form_that_is_wrong_comes_back_with_what_was_typed(twin):
    clean, site = twin
    async with (
        aiohttp.ClientSession() as session,
        session.post(site.url + "/contact", data={"name": "Eleanor", "email": "nobody", "message": "Hello"}) as answer,
    ):
        body = await answer.text()
    assert (answer.status, 'value="Eleanor"' in body) == ((422, True) if clean else (500, False))


def test_a_page_of_the_key_is_told_by_path_and_query():
    assert path_of("http://127.0.0.1:80/a?b=c#d") == "/a?b=c"
    assert path_of("http://127.0.0.1") == "/"

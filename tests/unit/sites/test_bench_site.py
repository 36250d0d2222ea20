"""The benchmark's site: the same each time, joined by links, of the promised size, and served fast."""

import asyncio
import re

import aiohttp
import pytest
from sites.bench.kinds import KINDS
from sites.bench.server import start
from sites.bench.site import NOT_FOUND, build_site, page_path
from sites.launching import launch

ORIGIN = "http://127.0.0.1:1"
PAGES = 200
SITE = build_site(ORIGIN, PAGES)


def html(number):
    return SITE[page_path(number).encode()].whole.partition(b"\r\n\r\n")[2].decode()


def test_two_builds_are_the_same():
    assert build_site(ORIGIN, PAGES) == SITE


def test_pages_come_from_at_least_20_templates():
    assert len(KINDS) >= 20
    assert len({kind.blocks for kind in KINDS}) == len(KINDS)
    assert len({page_path(number).split("/")[1] for number in range(PAGES)}) >= 20


def test_each_page_has_about_10_kb_of_html_and_three_pictures():
    for number in range(PAGES):
        assert 10_000 <= len(html(number).encode()) <= 14_000, number
        assert html(number).count("<img ") == 3, number


@pytest.mark.parametrize("pages", [1, 10, 200, 333])
def test_links_lead_from_the_first_page_to_every_other(pages):
    site = build_site(ORIGIN, pages)
    seen, waiting = set(), [b"/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path not in site:
            continue
        seen.add(path)
        waiting += re.findall(rb'href="(/[^"]*)"', site[path].whole)
    assert {page_path(number).encode() for number in range(pages)} <= seen


def test_all_that_pages_refer_to_is_there_but_a_few_old_links():
    referred = {path for number in range(PAGES) for path in re.findall(r'(?:href|src)="(/[^"]*)"', html(number))}
    missing = {path for path in referred if path.encode() not in SITE}
    assert missing == {f"/moved/{number}" for number in range(19, PAGES, 20)}


async def test_it_answers_many_requests_on_one_connection_and_a_missing_page_with_404():
    site = await start(pages=30)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
    writer.write(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    missing = await reader.readexactly(len(NOT_FOUND.whole))
    writer.close()
    await writer.wait_closed()
    await site.close()
    assert head.startswith(b"HTTP/1.1 200")
    assert missing == NOT_FOUND.whole


async def test_closing_it_cuts_off_clients_that_are_still_connected():
    site = await start(pages=2)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))
    await site.close()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("name", ["bench", "shop"])
async def test_a_site_runs_in_a_process_of_its_own_and_ends_with_it(name):
    site = await launch(name)
    async with aiohttp.ClientSession() as session:
        async with session.get(site.url) as answer:
            assert answer.status == 200
        await site.close()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(site.url)


async def test_a_site_that_does_not_start_says_what_to_do():
    with pytest.raises(RuntimeError, match="python tests/sites/bench"):
        await launch("bench", "--no-such-option")

"""Collects the pages that a site's sitemaps name."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from bughive_worker.net.fetch import Fetcher
from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.sitemap_text import SitemapText, read_sitemap
from bughive_worker.net.urls import canonical

_BREATHER = 500


@dataclass(frozen=True, slots=True)
class SitemapLimits:
    """How much is read."""

    pages: int = 50_000
    files: int = 100
    depth: int = 3
    """Of indexes in indexes; 0 reads only the files that were named."""
    bytes: int = 50_000_000
    """Of one file, unpacked; the protocol's own limit."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What the sitemaps say."""

    pages: tuple[str, ...]
    """Canonical, admitted, without repetitions, in the order of the files."""
    problems: tuple[str, ...] = ()
    """The files that could not be read, in words."""


async def collect_sitemap(
    fetcher: Fetcher,
    pacer: HostPacer,
    starts: Iterable[str],
    admits: Callable[[str], bool],
    limits: SitemapLimits = SitemapLimits(),
) -> Sitemap:
    """Read the sitemaps at ``starts`` (canonical URLs) and those they lead to. Never raises for what sites send.

    Only pages that ``admits`` accepts are kept and counted. A sitemap may lie on another host, as robots.txt allows.
    """
    waiting = [(url, 0) for url in starts]
    read: set[str] = set()
    pages: dict[str, None] = {}
    problems: list[str] = []
    while waiting and len(read) < limits.files and len(pages) < limits.pages:
        url, depth = waiting.pop(0)
        if url in read:
            continue
        read.add(url)
        await pacer.turn(url)
        fetched = await fetcher.get(url, body_limit=limits.bytes)
        if fetched.status != HTTPStatus.OK:
            problems.append(f"{url}: {fetched.message or f'answers {fetched.status}'}")
            continue
        text = await asyncio.to_thread(read_sitemap, fetched.body, most_bytes=limits.bytes, most_locations=limits.pages)
        found = await _spelled(text, fetched.url)
        if text.is_index:
            if depth < limits.depth:
                waiting += [(sitemap, depth + 1) for sitemap in found]
        else:
            pages |= dict.fromkeys(page for page in found if admits(page))
    return Sitemap(tuple(pages)[: limits.pages], tuple(problems))


async def _spelled(text: SitemapText, base: str) -> list[str]:
    """Canonical URLs; others run in between, as there may be fifty thousand."""
    found = []
    for count, location in enumerate(text.locations):
        if count % _BREATHER == 0:
            await asyncio.sleep(0)
        url = canonical(location, base)
        if url is not None:
            found.append(url)
    return found

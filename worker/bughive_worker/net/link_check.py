"""Checks where links lead without opening them in the browser."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from bughive_protocol.frontier import LinkResult, LinkVerdict
from bughive_worker.net.fetch import Fetcher
from bughive_worker.net.fetched import Fetched
from bughive_worker.net.link_verdict import link_result, needs_get
from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.urls import canonical, without_fragment

_PATIENCE = 30.0


class LinkChecker:
    """HEAD, then GET where HEAD is not to be trusted. Keeps to each host's pace."""

    def __init__(
        self,
        fetcher: Fetcher,
        pacer: HostPacer,
        *,
        concurrency: int = 16,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fetcher = fetcher
        self._pacer = pacer
        self._room = asyncio.Semaphore(concurrency)
        self._now = now

    async def check(self, url: str) -> LinkResult:
        """Where a link leads. ``mailto:``, ``tel:``, ``javascript:`` and the like are never tried. Never raises."""
        address = canonical(url)
        if address is None:
            return LinkResult(url=url, verdict=LinkVerdict.UNVERIFIABLE, error="not an http or https address")
        address = without_fragment(address)
        fetched = await self._ask("HEAD", address)
        if fetched is not None and needs_get(fetched):
            fetched = await self._ask("GET", address) or fetched
        if fetched is None:
            return LinkResult(url=url, verdict=LinkVerdict.UNVERIFIABLE, error="its host asked for a long pause")
        return link_result(url, fetched)

    async def _ask(self, method: str, url: str) -> Fetched | None:
        """One request in its turn; None where its host wants to be left alone for longer than anyone should wait."""
        if self._pacer.pause_left(url) > _PATIENCE:
            return None
        await self._pacer.turn(url)
        async with self._room:
            fetched = await (self._fetcher.head(url) if method == "HEAD" else self._fetcher.get(url, body_limit=0))
        self._pacer.heed(fetched, self._now())
        return fetched

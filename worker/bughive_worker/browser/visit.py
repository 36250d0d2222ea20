"""Visits one page. A visit always ends, and never raises for what a page can do."""

import asyncio
import hashlib
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Error, Response

from bughive_protocol.frontier import FrontierItem, PageEnd
from bughive_worker.browser.dismiss import dismiss
from bughive_worker.browser.document import MAX_BYTES, declared_size, is_page, redirect_chain
from bughive_worker.browser.ends import end_of, net_error
from bughive_worker.browser.reach import answered_by_proxy, explained, failure_at
from bughive_worker.browser.scripts import LOOK
from bughive_worker.browser.tab import Tab
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.witness import MAX_COMMITS, Witness
from bughive_worker.collect.collect import Collected, collect, mark_rejections, read_facts
from bughive_worker.net.urls import canonical, without_fragment
from bughive_worker.observation import NetworkEntry, PageObservation

LOAD_SECONDS = 10.0
"""How long images and the like are waited for once the document is there."""
MAX_ELEMENTS = 150_000
_ROUNDS = 5
"""How many documents one visit follows where a page's scripts go on to another."""
_ON_THE_WAY = re.compile(r"navigat|[Cc]ontext|detached")
"""In the error of an evaluation: the page's script went on to another document meanwhile."""
_OPEN_TRIES = 3
_INTERRUPTED_SECONDS = 2.0
_PROBE_SECONDS = 3.0
_LOOK = {
    "quietMs": 60,
    "mostMs": 1000,
    "answeredMs": 100,  # for the page to act on an answer, and for its timing to be noted
    "mostAnswerMs": 3000,
    "mostElements": MAX_ELEMENTS,
    "mostBytes": MAX_BYTES,
}
_SIZE = "() => [document.getElementsByTagName('*').length, document.documentElement?.textContent.length ?? 0]"


class _Ended(Exception):
    """The visit is over before the page could be looked at."""

    def __init__(self, end: PageEnd, error: str | None = None, final_url: str | None = None) -> None:
        super().__init__(error)
        self.end = end
        self.error = error
        self.final_url = final_url


async def visit(tab: Tab, item: FrontierItem, rules: VisitRules) -> PageObservation:
    """Open a page and gather what it shows.

    Ends within ``rules.timeout`` + ``rules.answer`` seconds. Afterwards the tab still shows the page, or is spoiled.
    """
    started = time.monotonic()
    draft = PageObservation(
        url=item.url,
        end=PageEnd.LOADED,
        observed_at=datetime.now(UTC),
        depth=item.depth,
        via=item.via,
        referrer=item.referrer,
        final_url=item.url,
    )
    one = _Visit(tab, draft, rules)
    try:
        async with asyncio.timeout(rules.timeout + rules.answer):
            await one.run()
    except _Ended as ended:
        one.ended(ended)
    except TimeoutError:
        one.ended(_Ended(PageEnd.TIMED_OUT, "the page does not answer"))
    except Error as error:
        one.ended(_Ended(PageEnd.CRASHED, net_error(error.message)))
    return replace(one.seen, duration_ms=round((time.monotonic() - started) * 1000))


class _Visit:
    def __init__(self, tab: Tab, draft: PageObservation, rules: VisitRules) -> None:
        self.tab = tab
        self.seen = draft
        self.rules = rules
        self.witness: Witness = tab.begin()
        self.deadline = asyncio.get_running_loop().time() + rules.timeout

    def ended(self, how: _Ended) -> None:
        if how.end not in (PageEnd.REDIRECTED_AWAY, PageEnd.DOWNLOAD):
            self.tab.spoiled = True
        self.seen = replace(
            self.seen,
            end=how.end,
            error=how.error,
            final_url=how.final_url or self.seen.final_url,
            dialogs=self.witness.dialogs,
        )

    async def run(self) -> None:
        response = await self._open()
        if response is not None:
            self._read(response)
        for turn in range(_ROUNDS):
            parsed, loaded = self.witness.parsed, self.witness.loaded
            if turn == 0:
                parsed = loaded = 0
            await self._arrive(parsed, loaded)
            loaded = self.witness.loaded
            try:
                async with asyncio.timeout(self.rules.answer):
                    await self._look(turn)
            except Error as error:
                if self.tab.spoiled:
                    raise
                if not _ON_THE_WAY.search(error.message):
                    # It has bent the language so far that it cannot be asked; that it loaded is all that is known.
                    self.seen = replace(self.seen, error=net_error(error.message))
                    return
                continue
            if response is not None and self.rules.digests:
                await self._sign(response)
            return
        raise _Ended(PageEnd.REDIRECT_LOOP, "the page's script loads one page after the other")

    async def _look(self, turn: int) -> None:
        if turn == 0:
            await dismiss(self.tab.page, self.rules.dismiss)
        page, traits = self.tab.page, self.rules.traits
        document = await page.evaluate(LOOK, {**_LOOK, "traits": traits})
        self._judge(document)
        facts = document["facts"]
        self._gather(read_facts(facts) if facts else await collect(page, traits=traits))

    async def _sign(self, response: Response) -> None:
        if self.witness.parsed > 1:
            return  # what was looked at is not this document alone
        try:
            async with asyncio.timeout(self.rules.answer):
                body = await response.body()
        except (Error, TimeoutError):
            return  # the browser has let go of it
        self.seen = replace(self.seen, digest=hashlib.sha256(body).hexdigest())

    async def _open(self) -> Response | None:
        page, url = self.tab.page, self.seen.url
        if "#" in url and without_fragment(page.url) == without_fragment(url):
            await page.goto("about:blank")  # else the browser would only change the address
        for _ in range(_OPEN_TRIES):
            commits, now = self.witness.commits, asyncio.get_running_loop().time()
            try:
                return await page.goto(url, wait_until="commit", timeout=max(self.deadline - now, 0.001) * 1000)
            except Error as error:
                if "interrupted by another navigation" not in error.message:
                    raise self._failed(error) from error
            # The last page's script is going somewhere; once it is there, nothing is in the way.
            await self.witness.until(lambda: self.witness.commits > commits, now + _INTERRUPTED_SECONDS)  # noqa: B023
        raise _Ended(PageEnd.CRASHED, "the tab would not leave the last page")

    def _failed(self, error: Error) -> _Ended:
        text = error.message
        if self.tab.spoiled:
            return _Ended(PageEnd.CRASHED, net_error(text))
        self.tab.spoiled = not self.witness.downloads  # the browser is on its way to an error page
        if "Timeout" in text and "exceeded" in text:
            return _Ended(PageEnd.TIMED_OUT, f"no answer in {self.rules.timeout:g} s")
        at = self.witness.failed_navigation or self.seen.url
        end, reason = failure_at(at, self.rules.failure_of) or (end_of(text), net_error(text))
        if end not in (PageEnd.REDIRECT_LOOP, PageEnd.DOWNLOAD) and not self._is_here(at):
            return _Ended(PageEnd.REDIRECTED_AWAY, reason, final_url=at)
        return _Ended(end, reason)

    def _is_here(self, url: str) -> bool:
        return canonical(without_fragment(url)) == without_fragment(self.seen.url)

    def _read(self, response: Response) -> None:
        headers = response.headers
        self.seen = replace(
            self.seen,
            status=response.status,
            headers=headers,
            final_url=response.url,
            redirects=redirect_chain(response.request),
        )
        if not self._is_here(response.url):
            raise _Ended(PageEnd.REDIRECTED_AWAY, final_url=response.url)
        failure = answered_by_proxy(response.url, response.status, self.rules.failure_of)
        if failure:
            raise _Ended(*failure)
        if response.ok and not is_page(headers):
            raise _Ended(PageEnd.DOWNLOAD)
        if declared_size(headers) > MAX_BYTES:
            raise _Ended(PageEnd.TOO_LARGE, f"{declared_size(headers) >> 20} MiB of HTML")

    async def _arrive(self, parsed: int, loaded: int) -> None:
        """Wait for a document, and for a while for what belongs to it."""
        witness, now = self.witness, asyncio.get_running_loop().time

        def hopeless() -> bool:
            return (
                witness.verdict is not None
                or witness.failure is not None
                or (witness.loaded == loaded and witness.commits > MAX_COMMITS)
            )

        while not await witness.until(
            lambda: witness.parsed > parsed or witness.loaded > loaded or hopeless(),
            min(self.deadline, now() + _PROBE_SECONDS),
        ):
            await self._probe()
            if now() >= self.deadline:
                raise _Ended(PageEnd.TIMED_OUT, f"the document did not arrive in {self.rules.timeout:g} s")
        await witness.until(lambda: witness.loaded > loaded or hopeless(), min(self.deadline, now() + LOAD_SECONDS))
        if witness.crashed:
            raise _Ended(PageEnd.CRASHED, witness.verdict)
        if witness.verdict:
            raise _Ended(PageEnd.TIMED_OUT, witness.verdict)
        if witness.failure:
            raise _Ended(PageEnd.UNREACHABLE, f"the document breaks off: {witness.failure}")
        if hopeless():
            raise _Ended(PageEnd.REDIRECT_LOOP, "the page loads itself again and again")

    async def _probe(self) -> None:
        """Give up where the browser is gone, or the document has grown too large while it is still coming in."""
        try:
            async with asyncio.timeout(1):
                elements, characters = await self.tab.page.evaluate(_SIZE)
        except TimeoutError:
            return  # busy
        except Error as error:
            if end_of(error.message) is PageEnd.CRASHED:
                raise  # when Playwright's driver dies, no event says so
            return  # just going on to another document
        if elements > MAX_ELEMENTS or characters > MAX_BYTES:
            raise _Ended(PageEnd.TOO_LARGE, f"more than {elements} elements, and it does not end")

    def _judge(self, document: dict[str, Any]) -> None:
        """Look at which document the page's scripts have arrived at."""
        if not self._is_here(document["url"]):
            raise _Ended(PageEnd.REDIRECTED_AWAY, "by its script", final_url=document["url"])
        if document["bytes"] > MAX_BYTES or document["elements"] > MAX_ELEMENTS:
            raise _Ended(PageEnd.TOO_LARGE, f"{document['bytes'] >> 20} MiB of HTML, {document['elements']} elements")
        self.seen = replace(self.seen, status=document["status"] or self.seen.status)

    def _gather(self, collected: Collected) -> None:
        witness = self.witness
        entries: dict[str, NetworkEntry] = {entry.url: entry for entry in collected.network}
        entries.update(witness.failures)
        self.seen = replace(
            self.seen,
            error=None if witness.loaded else "the page never stops loading",
            network=tuple(explained(entry, self.rules.failure_of) for entry in entries.values()),
            console=tuple(witness.console),
            exceptions=mark_rejections(witness.exceptions, collected.rejections),
            dialogs=witness.dialogs,
            dom=collected.dom,
            timings=collected.timings,
        )

"""The steps of one page's run: what each node of the graph does."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from playwright.async_api import Error
from structlog.stdlib import get_logger

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import Claim, PageEnd, PageRecord, Template
from bughive_protocol.picture import Capture
from bughive_worker.browser.capture import by_width, capture
from bughive_worker.browser.tab import Tab
from bughive_worker.browser.visit import visit
from bughive_worker.collect.inspect import inspect
from bughive_worker.crawl.outlinks import outlinks
from bughive_worker.crawl.page_record import page_record
from bughive_worker.crawl.seat import Seat
from bughive_worker.crawl.second_look import doubtful, failed, reproduced
from bughive_worker.crawl.session import Session
from bughive_worker.crawl.throttle import pause, throttled
from bughive_worker.detectors.ignoring import marked
from bughive_worker.detectors.registry import detect
from bughive_worker.metrics import count_page, count_picture
from bughive_worker.observation import PageObservation
from bughive_worker.tracing import tell_page

INSPECT_SECONDS = 20.0
"""axe-core on a huge page can take minutes; a page that takes longer goes without."""
CAPTURE_SECONDS = 5.0
MAX_PICTURES = 20
"""Of one page's findings; further ones go without."""
_LONE_TRIES = 2
"""How often a page has to kill a browser of its own to be called the culprit."""
_PATIENCE = 90.0
"""Seconds that a site may ask to be left alone; where it asks for more, its answer is recorded as it is."""
_ERROR = 400
log = get_logger(__name__)


@dataclass
class PageRun:
    """One page on its way through the graph; the part of it that is no plain data."""

    session: Session
    claim: Claim
    seat: Seat
    claimed_at: float = field(default_factory=time.monotonic)

    async def record(self, record: PageRecord) -> None:
        """Write the page with all that follows from it."""
        await self.session.stores.frontier.record_page(record)
        count_page(record, time.monotonic() - self.claimed_at)
        tell_page(record)


async def look(run: PageRun) -> PageObservation:
    """Visit the page in a tab of the shared browser; where that dies on it, in a browser of its own."""
    session, item = run.session, run.claim.item
    for last in (False, False, True):
        if session.login:
            await session.login.keep()
        await session.pacer.turn(item.url)
        began = time.monotonic()
        observation = await visit(await run.seat.take(session.window.tab()), item, session.rules)
        for _ in range(_LONE_TRIES):
            if observation.end is PageEnd.CRASHED:
                observation = await visit(await run.seat.take(session.window.lone_tab()), item, session.rules)
        if last:
            break
        if session.login and session.login.doubted(observation):
            await run.seat.leave()
            if await session.login.restore(began):
                continue
        if not throttled(observation):
            break
        session.pacer.slow_down(item.url, pause(observation, datetime.now(UTC)))
        if session.pacer.pause_left(item.url) > _PATIENCE:
            break
        await run.seat.leave()  # others need the tab more while this one waits
    return redacted(session, observation)


async def look_again(run: PageRun) -> PageObservation:
    """Visit the page without what earlier visits left: no cache, no cookies but those of the login."""
    await run.session.pacer.turn(run.claim.item.url)
    tab = await run.seat.take(run.session.window.fresh_tab())
    return redacted(run.session, await visit(tab, run.claim.item, run.session.rules))


def redacted(session: Session, observation: PageObservation) -> PageObservation:
    """What was seen without the secrets that the session sends, which a site may echo. By its URL it is known."""
    return replace(session.redaction.of(observation), url=observation.url, referrer=observation.referrer)


async def place(session: Session, observation: PageObservation) -> tuple[PageObservation, Template | None]:
    """Name the page's template; what is to be recorded of it comes along where this page is to be inspected."""
    if observation.end is not PageEnd.LOADED or observation.dom is None or (observation.status or 200) >= _ERROR:
        return observation, None
    placed = await session.templates.place(observation.url, observation.dom.features, observation.dom.traits)
    return replace(observation, template=placed.template_id), placed.to_inspect


async def inspect_page(run: PageRun, observation: PageObservation, template: Template) -> PageObservation | None:
    """Gather what is too dear for every page. None: the page could not be inspected."""
    tab = run.seat.tab
    if tab is None or tab.spoiled:
        return None
    try:
        async with asyncio.timeout(INSPECT_SECONDS):
            inspection = await inspect(tab.page)
    except (Error, TimeoutError) as error:
        tab.spoiled = True
        await run.session.templates.forget(template)
        log.info("page was not inspected", url=observation.url, error=str(error)[:200])
        return None
    return redacted(
        run.session,
        replace(observation, inspected=True, layout=inspection.layout, accessibility=inspection.accessibility),
    )


async def unknown(session: Session, findings: tuple[Finding, ...]) -> frozenset[str]:
    """The fingerprints that the session has not recorded yet."""
    fingerprints = [finding.fingerprint for finding in findings]
    return frozenset(fingerprints) - await session.stores.findings.known(fingerprints) if fingerprints else frozenset()


def to_confirm(session: Session, observation: PageObservation, findings: tuple[Finding, ...]) -> frozenset[str]:
    """What of a page has to be seen twice: new findings that may be flaky, or the page's own failure."""
    if failed(observation):
        return frozenset(finding.fingerprint for finding in findings)
    return doubtful(observation, findings) - session.confirmed


def stand(
    session: Session, findings: tuple[Finding, ...], doubted: frozenset[str], again: PageObservation
) -> tuple[Finding, ...]:
    """The findings that a second look bears out."""
    standing = reproduced(findings, doubted, detect(again, session.spec.checks))
    session.confirmed |= doubted & {finding.fingerprint for finding in standing}
    return standing


def wants_picture(session: Session, observation: PageObservation) -> bool:
    """Whether the page itself gets a picture, whatever was found on it."""
    return session.takes_pages and observation.end is PageEnd.LOADED


async def take_portrait(run: PageRun) -> Capture | None:
    """Picture the page itself as it was just seen. None: it could not be."""
    tab = run.seat.tab
    if tab is None or tab.spoiled:
        return None
    try:
        async with asyncio.timeout(CAPTURE_SECONDS):
            return await capture(tab.page, None, run.session.spec.browser.mask)
    except (Error, TimeoutError) as error:
        _not_taken(run, tab, error)
        return None


async def take_pictures(run: PageRun, findings: tuple[Finding, ...], new: frozenset[str]) -> None:
    """Picture the first example of each finding, as long as the page stays up."""
    tab = run.seat.tab
    wanted = [finding for finding in findings if finding.fingerprint in new][:MAX_PICTURES]
    if tab is None or tab.spoiled or not wanted:
        return
    size = tab.page.viewport_size
    try:
        for finding in by_width(wanted):
            async with asyncio.timeout(CAPTURE_SECONDS):
                picture = await capture(tab.page, finding, run.session.spec.browser.mask)
            await keep_capture(run, finding.fingerprint, picture)
        if size is not None:
            await tab.page.set_viewport_size(size)
    except (Error, TimeoutError) as error:
        _not_taken(run, tab, error)


async def keep_capture(run: PageRun, subject: str, picture: Capture) -> None:
    """Leave a capture for its upload, if there is room."""
    count_picture(await run.session.stores.images.put(subject, picture.pack()))


def _not_taken(run: PageRun, tab: Tab, error: Exception) -> None:
    tab.spoiled = True
    count_picture(None)
    log.info("picture was not taken", url=run.claim.item.url, error=str(error)[:200])


async def record(
    run: PageRun, observation: PageObservation, findings: tuple[Finding, ...], template: Template | None
) -> None:
    """Write the page with all that follows from it."""
    await run.seat.leave()
    out = await outlinks(observation, run.session.bounds, late=run.claim.item.late)
    now = datetime.now(UTC)
    recorded = marked(findings, run.session.spec.checks.ignore, now)
    await run.record(page_record(observation, recorded, out, template, now))
    if run.session.earlier is not None:
        await run.session.earlier.keep(observation)

"""Takes a page from what an earlier session saw of it, where its document is unchanged."""

from dataclasses import dataclass
from datetime import UTC, datetime

from structlog.stdlib import get_logger

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import Template
from bughive_worker.crawl import steps
from bughive_worker.crawl.session import Session
from bughive_worker.crawl.steps import PageRun
from bughive_worker.crawl.unchanged import as_found_now, question, unchanged, uninspected
from bughive_worker.detectors.registry import detect
from bughive_worker.net.fetched import Fetched
from bughive_worker.observation import PageObservation

log = get_logger(__name__)


@dataclass(frozen=True)
class Reused:
    """A page without a visit: what was seen of it then, and what follows from that now."""

    observation: PageObservation
    template: Template | None
    findings: tuple[Finding, ...]


async def reuse(run: PageRun) -> Reused | None:
    """What the page's record follows from, without opening it; None: it is to be visited.

    One request asks whether the page is unchanged. It is visited all the same where only the browser has what the
    session needs of it: a picture of a bug that is new to the session, or the full inspection or the analysis of a new
    template.
    """
    session, item = run.session, run.claim.item
    seen = await session.earlier.recall(item.url) if session.earlier is not None else None
    if seen is None:
        return None
    if session.takes_pictures and await steps.unknown(session, detect(seen, session.spec.checks)):
        return None
    answer = await _ask(session, seen)
    if not unchanged(seen, answer):
        return None
    observation, template = await steps.place(session, steps.redacted(session, as_found_now(seen, item, answer)))
    if template is None:
        observation = uninspected(observation)
    findings = detect(observation, session.spec.checks)
    due = session.analyzes(template) or (template is not None and session.inspects and not seen.inspected)
    if due or (session.takes_pictures and await steps.unknown(session, findings)):
        if template is not None:
            await session.templates.forget(template)
        return None
    log.debug("page is unchanged", url=item.url, seen_at=seen.observed_at.isoformat())
    return Reused(observation, template, findings)


async def _ask(session: Session, seen: PageObservation) -> Fetched:
    await session.pacer.turn(seen.url)
    answer = await session.fetcher.ask(seen.url, question(seen, session.spec.browser.locale))
    session.pacer.heed(answer, datetime.now(UTC))
    return answer

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
from bughive_worker.net.link_verdict import asks_to_slow_down
from bughive_worker.net.retry_after import parse_retry_after
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
    session needs of it: a picture of a bug that is new to the session, or the full inspection of a new template.
    """
    session, item = run.session, run.claim.item
    seen = await session.earlier.recall(item.url) if session.earlier is not None else None
    if seen is None or await _pictured(session, seen):
        return None
    answer = await _ask(session, seen)
    if not unchanged(seen, answer):
        return None
    observation, template = await steps.place(session, as_found_now(seen, item, answer))
    if template is None:
        observation = uninspected(observation)
    if (template is not None and session.inspects and not seen.inspected) or await _pictured(session, observation):
        if template is not None:
            await session.templates.forget(template)
        return None
    log.debug("page is unchanged", url=item.url, seen_at=seen.observed_at.isoformat())
    return Reused(observation, template, detect(observation, session.spec.checks))


async def _pictured(session: Session, observation: PageObservation) -> bool:
    """Whether pictures are to be taken of the page: of what the session has not recorded yet."""
    return session.takes_pictures and bool(await steps.unknown(session, detect(observation, session.spec.checks)))


async def _ask(session: Session, seen: PageObservation) -> Fetched:
    await session.pacer.turn(seen.url)
    answer = await session.fetcher.ask(seen.url, question(seen, session.spec.browser.locale))
    if asks_to_slow_down(answer):
        session.pacer.slow_down(seen.url, parse_retry_after(answer.headers.get("retry-after"), datetime.now(UTC)))
    return answer

"""What a language model makes of a page that is new to its template: asked, checked, and tried out where it says so."""

import asyncio

from playwright.async_api import Error
from structlog.stdlib import get_logger

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import PageEnd
from bughive_worker.analysis.analyst import Analyst
from bughive_worker.analysis.happened import Happened, bears_out
from bughive_worker.analysis.question import Picture, Question, question
from bughive_worker.analysis.verify import Proposal, proposals, retold
from bughive_worker.browser.capture import view
from bughive_worker.browser.click import Clicked, click
from bughive_worker.browser.visit import visit
from bughive_worker.collect.reading import read_page
from bughive_worker.crawl.steps import PageRun
from bughive_worker.detectors.page import address
from bughive_worker.login.sent_secrets import sends_secrets
from bughive_worker.metrics import ANALYSIS_PROPOSALS
from bughive_worker.net.urls import canonical
from bughive_worker.observation import PageObservation

READ_SECONDS = 5.0
CLICK_SECONDS = 15.0
MOST_CLICKS = 5
"""Of one page: each is a visit of its own. Proposals beyond are dropped."""
log = get_logger(__name__)


async def analyze(
    run: PageRun, analyst: Analyst, observation: PageObservation, findings: tuple[Finding, ...]
) -> tuple[Finding, ...] | None:
    """The page's findings with what the model adds: words to those of rules, and bugs that code could check.

    None: the model was not heard. The page stays in its tab.
    """
    asked = await _question(run, observation, findings)
    answer = await analyst.answer(asked) if asked else None
    if asked is None or answer is None:
        return None
    words = retold(answer, asked)
    told = (finding.model_copy(update={"plain": words.get(finding.fingerprint)}) for finding in findings)
    least = run.session.spec.checks.min_severity
    proposed = proposals(answer, asked, address(observation), analyst.terms.model, least)
    ANALYSIS_PROPOSALS.labels("dropped").inc(len(answer.bugs) - len(proposed))
    return (*told, *await _standing(run, proposed))


async def _question(run: PageRun, observation: PageObservation, findings: tuple[Finding, ...]) -> Question | None:
    tab, template = run.seat.tab, observation.template
    if tab is None or tab.spoiled or template is None:
        return None
    try:
        async with asyncio.timeout(READ_SECONDS):
            reading = run.session.redaction.of(await read_page(tab.page))
            picture, size = None, tab.page.viewport_size
            # Of a picture nothing that a site echoes could be taken out: then none goes.
            if run.session.takes_pictures and size is not None and not sends_secrets(run.session.spec):
                jpeg = await view(tab.page, run.session.spec.browser.mask)
                picture = Picture(jpeg, size["width"], size["height"])
        return question(template, address(observation), reading, findings, picture)
    except (Error, TimeoutError, ValueError) as error:  # ValueError: what the page left of JSON and of addresses
        tab.spoiled = True
        log.info("page was not read for the model", url=observation.url, error=str(error)[:200])
        return None


async def _standing(run: PageRun, proposed: tuple[Proposal, ...]) -> list[Finding]:
    standing, clicks = [], 0
    for proposal in proposed:
        stands = True
        if proposal.action is not None and proposal.control is not None:
            clicks += 1
            # The page's text steers what the model wants clicked: nothing is clicked with an account's rights.
            may = clicks <= MOST_CLICKS and run.session.login is None
            happened = await _try_out(run, proposal.control.selector) if may else None
            stands = happened is not None and bears_out(proposal.action, happened)
        ANALYSIS_PROPOSALS.labels("kept" if stands else "not_reproduced").inc()
        if stands:
            standing.append(proposal.finding)
    return standing


async def _try_out(run: PageRun, selector: str) -> Happened | None:
    """Click as a stranger would, in a context without cookies; None: it could not be tried."""
    session, item = run.session, run.claim.item
    await session.pacer.turn(item.url)
    async with session.window.fresh_tab() as tab:
        if (await visit(tab, item, session.rules)).end is not PageEnd.LOADED:
            return None
        try:
            async with asyncio.timeout(CLICK_SECONDS):
                clicked = await click(tab, selector, lambda url: _in_site(run, url))
        except (Error, TimeoutError, ValueError) as error:
            log.info("a click could not be tried", url=item.url, selector=selector, error=str(error)[:200])
            return None
    return _happened(clicked) if clicked else None


def _in_site(run: PageRun, url: str) -> bool:
    address_of = canonical(url)
    return address_of is not None and run.session.bounds.scope.in_site(address_of)


def _happened(clicked: Clicked) -> Happened:
    return Happened(
        texts_before=clicked.texts_before,
        texts_after=clicked.texts_after,
        address=clicked.address_after,
        moved=clicked.address_after != clicked.address_before,
        stirred=clicked.stirred,
        would_write=clicked.would_write,
    )

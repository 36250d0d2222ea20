"""Writes a message from what is known of a session. Pure: the same facts make the same bytes."""

from collections.abc import Sequence

from bughive_crds.crawl_report import ReportedPages
from bughive_crds.crawl_session import Outcome, Phase
from bughive_crds.webhooks import WebhookEvent
from bughive_protocol.record_arguments import StoredFinding
from bughive_protocol.session_facts import SessionFacts
from bughive_worker.webhooks.payload import (
    BugFound,
    Finished,
    Found,
    Payload,
    SessionFinished,
    SessionStarted,
    Started,
    ToldBug,
    ToldSession,
)

_REASONS = {Phase.COMPLETED: "Completed", Phase.FAILED: "CrawlError"}
"""Of the condition Finished, where a worker ended the session."""


def compose(event: WebhookEvent, facts: SessionFacts, bugs: Sequence[StoredFinding]) -> Payload | None:
    """The message that tells of this event; None: what it would tell of is gone, or did not happen."""
    session = ToldSession(uid=facts.id, namespace=facts.namespace, name=facts.name, url=facts.spec.url)
    match event:
        case WebhookEvent.SESSION_STARTED if facts.state.started_at is not None:
            began = facts.state.started_at
            return SessionStarted(timestamp=began, data=Started(session=session, started_at=began))
        case WebhookEvent.BUG_FOUND if bugs:
            last = max(bug.first_seen for bug in bugs)
            return BugFound(timestamp=last, data=Found(session=session, bugs=tuple(_told(bug) for bug in bugs)))
        case WebhookEvent.SESSION_FINISHED:
            return _finished(session, facts)
        case _:
            return None


def _finished(session: ToldSession, facts: SessionFacts) -> SessionFinished | None:
    verdict, digest, counts = facts.verdict, facts.digest, facts.counts
    if verdict is None:
        return None
    counted = ReportedPages(
        crawled=counts.crawled,
        failed=counts.failed,
        discovered=counts.discovered,
        reused=counts.reused,
        left_out=counts.left_out,
    )
    end = Finished(
        session=session,
        phase=verdict.phase,
        outcome=verdict.outcome if verdict.phase is not Phase.FAILED else Outcome.ERROR,
        reason=verdict.reason or _REASONS.get(verdict.phase, ""),
        partial=digest.content.partial if digest else True,
        started_at=facts.state.started_at,
        completed_at=verdict.completed_at,
        pages=digest.content.pages if digest else counted,
        bugs=digest.content.bugs if digest else counts.by_severity,
        report_url=digest.report_url if digest else None,
    )
    return SessionFinished(timestamp=verdict.completed_at, data=end)


def _told(bug: StoredFinding) -> ToldBug:
    finding = bug.finding
    return ToldBug(
        fingerprint=finding.fingerprint,
        kind=finding.kind,
        severity=finding.severity,
        confidence=finding.confidence,
        title=finding.title[:200],
        url=finding.url[:1000],
        selector=finding.selector and finding.selector[:300],
        resource=finding.resource and finding.resource[:1000],
        first_seen=bug.first_seen,
    )

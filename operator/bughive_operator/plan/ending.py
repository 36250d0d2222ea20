"""How a session enters a terminal phase."""

from datetime import datetime

from bughive_crds.crawl_session import Outcome, Phase
from bughive_operator.actions import Acknowledge, Action, WriteReport
from bughive_operator.plan import sentences
from bughive_operator.plan.attempt import close
from bughive_operator.plan.delivered import reported
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.progress import analysis, bugs, progress
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType, Reason


def completed(view: View, outcome: Outcome, at: datetime) -> tuple[Action, ...]:
    """The crawl ran to its end: Completed, with the worker's verdict."""
    passed, counts, final = outcome is Outcome.PASSED, bugs(view), progress(view, done=True)
    asked = analysis(view)
    message = sentences.finished(final, counts, asked, passed=passed)
    draft = close(view).set(phase=Phase.COMPLETED, outcome=outcome, progress=final, bugs=counts, analysis=asked)
    if passed:
        draft.true(ConditionType.PASSED, Reason.BELOW_THRESHOLD if counts.total else Reason.NO_BUGS, message)
    else:
        draft.false(ConditionType.PASSED, Reason.BUGS_FOUND, message)
    return _end(view, draft, Reason.COMPLETED, message, at)


def stopped(view: View, reason: Reason, at: datetime) -> tuple[Action, ...]:
    """The session ended before its crawl did: Cancelled by the user, or else Failed."""
    cancelled = reason is Reason.CANCELLED
    draft = close(view)
    message = sentences.stopped(view, reason, draft.value("failures"))
    draft.set(
        phase=Phase.CANCELLED if cancelled else Phase.FAILED,
        outcome=None if cancelled else Outcome.ERROR,
    ).unknown(ConditionType.PASSED, Reason.NO_VERDICT, "The crawl did not run to its end.")
    if draft.value("progress") is not None:
        draft.set(progress=draft.value("progress").model_copy(update={"current_url": None}))
    if reason is Reason.INVALID_SPEC:
        draft.false(ConditionType.ACCEPTED, reason, message)
    return _end(view, draft, reason, message, at)


def with_report(view: View, draft: Draft) -> tuple[WriteReport, ...]:
    """Name the CrawlReport in the status and write it, where there is a digest and no report yet."""
    digest = view.redis.digest
    if digest is None or view.status.report_ref is not None:
        return ()
    draft.set(report_ref=view.resource.name, report_url=digest.report_url)
    return (WriteReport(reported(digest, view.redis)),)


def _end(view: View, draft: Draft, reason: Reason, message: str, at: datetime) -> tuple[Action, ...]:
    draft.set(completed_at=at, retry_at=None, suspended_at=None).say(message)
    draft.true(ConditionType.FINISHED, reason, message)
    if draft.has(ConditionType.SUSPENDED):
        draft.false(ConditionType.SUSPENDED, Reason.RESUMED, "The session is over.")
    report = with_report(view, draft)
    return (*report, *patch(view, draft), *acknowledgement(view, draft))


def acknowledgement(view: View, draft: Draft) -> tuple[Acknowledge, ...]:
    """Tell Redis of the end, where it knows the session and was not told yet."""
    unknown = view.redis.attempt == 0 and view.redis.verdict is None
    if unknown or view.redis.acknowledged:
        return ()
    done = draft.value("phase") is Phase.COMPLETED
    return (Acknowledge(completed=done, error=None if done else draft.value("message")),)

"""Rule ``takeover``: an attempt is over and the session is not."""

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Action
from bughive_operator.plan import sentences
from bughive_operator.plan.admission import admit
from bughive_operator.plan.attempt import begin, close, failed, retry_after
from bughive_operator.plan.cancel import stop
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import ConditionType, Reason, reason_of_error
from bughive_protocol.lease import Release, ReleaseReason


def takeover(view: View) -> tuple[Action, ...] | None:
    """Begin the next attempt: at once, after a wait (errors), through the line (slices), or never."""
    if view.turn not in (Turn.EMPTIED, Turn.SUPERSEDED, Turn.RELEASED, Turn.LOST):
        return None
    draft = close(view)
    release = view.redis.release if view.turn is Turn.RELEASED else None
    over_limit = failed(view) and draft.value("failures") > view.spec.backoff_limit
    if release is not None and release.reason is ReleaseReason.ERROR:
        return _after_error(view, draft, release, over_limit=over_limit)
    if over_limit:
        return stop(view, Reason.WORKER_LOST)
    if release is not None and release.reason is ReleaseReason.SLICE:
        return admit(view, draft)
    return begin(view, draft)


def _after_error(view: View, draft: Draft, release: Release, *, over_limit: bool) -> tuple[Action, ...]:
    if release.permanent or over_limit:
        return stop(view, reason_of_error(release.error))
    at = view.now + retry_after(view, draft)
    message = sentences.retry(view, draft.value("failures"), at)
    draft.set(phase=Phase.PENDING, retry_at=at, worker=None, workers=()).say(message)
    return patch(view, draft.false(ConditionType.DISPATCHED, Reason.BACKOFF, message))

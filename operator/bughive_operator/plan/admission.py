"""Rule ``admission``: a session without an attempt gets one, or is told what it waits for."""

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Action
from bughive_operator.observation import Withheld
from bughive_operator.plan import sentences
from bughive_operator.plan.attempt import accept, begin
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.view import View
from bughive_operator.quota import Unit
from bughive_operator.reasons import ConditionType, Reason


def admission(view: View) -> tuple[Action, ...]:
    """Wait for startAt, for the end of a backoff, for Secrets, for a slot; else begin."""
    draft = _refuse(view, view.withheld) if view.withheld else accept(view)
    if view.status.phase is Phase.SUSPENDED:
        draft.set(resumed_at=view.now, suspended_at=None)
        draft.false(ConditionType.SUSPENDED, Reason.RESUMED, "spec.suspend is false.")
    start_at, retry_at = view.spec.start_at, view.status.retry_at
    if start_at is not None and start_at > view.now:
        return _pending(view, draft, Reason.SCHEDULED, f"Starts at {sentences.moment(start_at)}, as startAt asks.")
    if retry_at is not None and retry_at > view.now:
        return patch(view, draft)
    if view.withheld is not None:
        return _pending(view, draft, view.withheld.reason, view.withheld.message)
    return admit(view, draft)


def admit(view: View, draft: Draft) -> tuple[Action, ...]:
    """Begin the next attempt where there is a slot for it, or wait in line."""
    if view.standing.granted:
        return begin(view, draft)
    return _pending(view, draft, *_why(view))


def _refuse(view: View, withheld: Withheld) -> Draft:
    """A draft that says why the session cannot be dispatched: told early, also before startAt."""
    return Draft(view).false(ConditionType.ACCEPTED, withheld.reason, withheld.message)


def _why(view: View) -> tuple[Reason, str]:
    hold = view.standing.hold
    if hold is None or (hold.namespace is None and hold.unit is Unit.SESSIONS):
        return Reason.WAITING_FOR_SLOT, sentences.in_line(view)
    return Reason.QUOTA_REACHED, sentences.held(view, hold)


def _pending(view: View, draft: Draft, reason: Reason, message: str) -> tuple[Action, ...]:
    draft.set(phase=Phase.PENDING, retry_at=None, worker=None, workers=()).say(message)
    return patch(view, draft.false(ConditionType.DISPATCHED, reason, message))

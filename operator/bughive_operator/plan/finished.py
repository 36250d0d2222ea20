"""Rule ``finished``: a terminal phase is never left; a late report is added, and its time runs out."""

from datetime import datetime, timedelta

from bughive_operator.actions import Action, Expire
from bughive_operator.plan.delivered import awaits_delivery
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.ending import acknowledgement, with_report
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType


def finished(view: View) -> tuple[Action, ...] | None:
    """Acknowledge, add a partial report that came late, or delete the resource when its time is over."""
    phase = view.status.phase
    if phase is None or not phase.terminal:
        return None
    expiry = expires_at(view)
    if expiry is not None and view.now >= expiry and not awaits_delivery(view):
        return (Expire(),)
    draft = Draft(view)
    report = with_report(view, draft)
    return (*report, *patch(view, draft), *acknowledgement(view, draft))


def expires_at(view: View) -> datetime | None:
    """When the resource is to be deleted, by the clock that saw it finish; None: never."""
    ttl = view.resource.spec.ttl_seconds_after_finished if view.resource.spec else None
    condition = view.condition(ConditionType.FINISHED)
    if ttl is None or condition is None:
        return None
    return condition.last_transition_time + timedelta(seconds=ttl)

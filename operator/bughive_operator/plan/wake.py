"""When a session is to be looked at again if nothing happens: the next moment at which a rule's answer changes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bughive_operator.actions import WakeAt
from bughive_operator.plan.deadline import active_deadline, queue_deadline
from bughive_operator.plan.delivered import given_up_at, others_hear
from bughive_operator.plan.dispatch import resend_in
from bughive_operator.plan.finished import expires_at
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import ConditionType


def next_wake(view: View) -> WakeAt | None:
    """The earliest moment still to come."""
    coming = [at for at in _moments(view) if at is not None and at > view.now]
    return WakeAt(min(coming)) if coming else None


def _moments(view: View) -> Iterator[datetime | None]:
    phase = view.status.phase
    if phase is not None and phase.terminal:
        yield expires_at(view)
        yield given_up_at(view) if others_hear(view) else None
        return
    if view.away or view.resource.spec is None:
        return
    yield view.stop_deadline(ConditionType.FINISHED)
    yield view.stop_deadline(ConditionType.SUSPENDED)
    yield view.spec.start_at
    yield view.status.retry_at
    yield view.withheld.until if view.withheld else None
    yield queue_deadline(view)
    yield active_deadline(view)
    if view.turn is Turn.WAITING or (view.turn is Turn.HELD and view.vacant_shards):
        yield view.now + timedelta(seconds=resend_in(view))
    if view.turn is Turn.LAPSING:
        yield view.now + timedelta(seconds=view.policy.takeover_grace - view.lapsed_for + 0.1)

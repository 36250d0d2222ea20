"""Rule ``deadline``: how long a session may wait for a worker, and how long it may crawl."""

from datetime import datetime, timedelta

from bughive_crds.crawl_session import ConditionStatus, Phase
from bughive_operator.actions import Action
from bughive_operator.plan.cancel import stop
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import ConditionType, Reason


def deadline(view: View) -> tuple[Action, ...] | None:
    """Fail a session whose time is over."""
    queue = queue_deadline(view)
    if queue is not None and view.now >= queue:
        return stop(view, Reason.QUEUE_DEADLINE_EXCEEDED)
    active = view.spec.active_deadline_seconds
    if active is not None and view.active_seconds >= active:
        return stop(view, Reason.ACTIVE_DEADLINE_EXCEEDED)
    return None


def queue_deadline(view: View) -> datetime | None:
    """Until when a worker must have begun; None: one has, or the clock stands still while suspended."""
    if view.spec.suspend or view.status.phase is Phase.SUSPENDED or _begun(view):
        return None
    moments = (view.resource.created_at, view.spec.start_at, view.status.resumed_at)
    return max(at for at in moments if at) + timedelta(seconds=view.spec.queue_deadline_seconds)


def active_deadline(view: View) -> datetime | None:
    """When the crawl that is under way will have used up its time."""
    limit = view.spec.active_deadline_seconds
    if limit is None or view.turn is not Turn.HELD:
        return None
    return view.now + timedelta(seconds=limit - view.active_seconds)


def _begun(view: View) -> bool:
    """Whether a worker has begun since the session was created or last resumed."""
    if view.turn not in (Turn.NONE, Turn.UNDISPATCHED, Turn.WAITING):
        return True
    running = view.condition(ConditionType.RUNNING)
    if running is None or view.status.started_at is None:
        return False
    resumed = view.status.resumed_at
    return running.status is ConditionStatus.TRUE or resumed is None or running.last_transition_time > resumed

"""Rule ``cancel``, and the one way in which the operator ends a session itself."""

from bughive_operator.actions import Action, Cancel
from bughive_operator.plan.ending import stopped
from bughive_operator.plan.view import View
from bughive_operator.reasons import Reason


def cancel(view: View) -> tuple[Action, ...] | None:
    """End the session because the user asks for it."""
    return stop(view, Reason.CANCELLED) if view.spec.cancel else None


def stop(view: View, reason: Reason) -> tuple[Action, ...]:
    """End the session: in Redis first, as a worker may have finished it; at once where none ever had it."""
    if view.attempt == 0:
        return stopped(view, reason, view.now)
    return (Cancel(view.attempt, reason),)

"""Rule ``cancel``, and the one way in which the operator ends a session itself."""

from bughive_operator.actions import Action, Cancel
from bughive_operator.plan.delivered import others_hear
from bughive_operator.plan.ending import stopped
from bughive_operator.plan.view import View
from bughive_operator.reasons import Reason


def cancel(view: View) -> tuple[Action, ...] | None:
    """End the session because the user asks for it."""
    return stop(view, Reason.CANCELLED) if view.spec.cancel else None


def stop(view: View, reason: Reason) -> tuple[Action, ...]:
    """End the session: in Redis first, as a worker may have finished it; at once where none ever had it.

    Where others are to hear of the end, Redis tells them, and so has to know of it in any case.
    """
    if view.attempt == 0 and not others_hear(view):
        return stopped(view, reason, view.now)
    return (Cancel(view.attempt, reason),)

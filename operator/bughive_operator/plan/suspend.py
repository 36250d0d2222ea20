"""Rule ``suspend``: the session gives its worker back and keeps what it has found."""

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Action, FenceOff, Revoke, SetSignal
from bughive_operator.plan.attempt import close
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.sentences import number
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import ConditionType, Reason
from bughive_protocol.lease import Signal


def suspend(view: View) -> tuple[Action, ...] | None:
    """Ask the worker to stop; Suspended once it has let go, or was fenced off after 30 s."""
    if not view.spec.suspend:
        return None
    if view.status.phase is Phase.SUSPENDED:
        return ()
    if view.turn in (Turn.WAITING, Turn.HELD, Turn.LAPSING) and view.redis.signal is not Signal.SUSPEND:
        return (SetSignal(view.status.attempt, Signal.SUSPEND),)
    if not view.live:
        return patch(view, _suspended(view))
    if view.patience_over(ConditionType.SUSPENDED):
        return (FenceOff(view.attempt), Revoke(view.attempt), *patch(view, _suspended(view)))
    message = f"Suspending: waiting for {view.redis.leases[0].worker} to hand over its pages."
    return patch(view, Draft(view).say(message).unknown(ConditionType.SUSPENDED, Reason.SUSPENDING, message))


def _suspended(view: View) -> Draft:
    crawled = view.redis.counts.crawled
    message = f"Suspended after {number(crawled, 'page')}. Set spec.suspend to false to go on."
    draft = (
        close(view)
        .set(phase=Phase.SUSPENDED, suspended_at=view.now, worker=None, workers=(), retry_at=None)
        .say(message)
    )
    draft.true(ConditionType.SUSPENDED, Reason.SUSPENDED, message)
    return draft.false(ConditionType.DISPATCHED, Reason.ON_HOLD, "Nothing is dispatched while suspended.")

"""Rule ``recorded verdict``: what has finished stays finished, however late it is learnt."""

from bughive_crds.crawl_session import Outcome
from bughive_operator.actions import Action, FenceOff, Revoke
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.ending import completed, stopped
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType, Reason, reason_of_verdict


def verdict(view: View) -> tuple[Action, ...] | None:
    """Enter the terminal phase; after a cancel, once the worker has let go or had 30 s to do so."""
    recorded = view.redis.verdict
    if recorded is None:
        return None
    if not recorded.cancelled:
        if recorded.outcome in (Outcome.PASSED, Outcome.BUGS_FOUND):
            return completed(view, recorded.outcome, recorded.completed_at)
        return stopped(view, Reason.CRAWL_ERROR, recorded.completed_at)
    end = stopped(view, reason_of_verdict(recorded.reason), recorded.completed_at)
    if not view.live:
        return end
    if view.patience_over(ConditionType.FINISHED):
        return (FenceOff(view.attempt), Revoke(view.attempt), *end)
    message = f"Stopping: waiting for {view.redis.leases[0].worker} to let go."
    return patch(view, Draft(view).say(message).unknown(ConditionType.FINISHED, Reason.STOPPING, message))

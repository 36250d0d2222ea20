"""Rule ``away``: Redis cannot be reached. Statuses freeze, and nothing is marked failed for it."""

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import PatchStatus
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType, Reason

_MESSAGE = "Waiting for Redis: the operator cannot reach it. Sessions go on by themselves once it is back."


def redis_away(view: View) -> tuple[PatchStatus, ...] | None:
    """Only a session that has no phase yet is told why nothing happens."""
    if not view.away:
        return None
    if view.status.phase is not None:
        return ()
    draft = Draft(view).set(phase=Phase.PENDING).say(_MESSAGE)
    return patch(view, draft.false(ConditionType.DISPATCHED, Reason.REDIS_UNAVAILABLE, _MESSAGE))

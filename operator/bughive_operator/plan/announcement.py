"""Which transitions become Kubernetes events."""

from bughive_crds.crawl_session import Condition, CrawlSessionStatus, Phase
from bughive_operator.actions import Announce
from bughive_operator.reasons import ConditionType


def announcement(before: CrawlSessionStatus, after: CrawlSessionStatus) -> Announce | None:
    """The event that tells of the way from one status to the next: a new phase or a new attempt; else None."""
    if (before.phase, before.attempt) == (after.phase, after.attempt) or after.phase is None:
        return None
    ending = _condition(after, ConditionType.RUNNING)
    if after.failures > before.failures and not after.phase.terminal and ending is not None:
        return Announce(warning=True, reason=ending.reason, message=f"{ending.message} {after.message or ''}".strip())
    finish = _condition(after, ConditionType.FINISHED) if after.phase.terminal else None
    reason = finish.reason if finish is not None else after.phase.value
    return Announce(warning=after.phase is Phase.FAILED, reason=reason, message=after.message or "")


def _condition(status: CrawlSessionStatus, kind: ConditionType) -> Condition | None:
    return next((condition for condition in status.conditions if condition.type == kind), None)

"""Which transitions become Kubernetes events."""

from bughive_crds.crawl_session import Condition, ConditionStatus, CrawlSessionStatus, Phase
from bughive_operator.actions import Announce
from bughive_operator.reasons import ConditionType


def announcement(before: CrawlSessionStatus, after: CrawlSessionStatus) -> Announce | None:
    """The event that tells of the way from one status to the next; None: it is no news.

    News are a new phase, a new attempt, and Secrets that cannot be had.
    """
    refused = _condition(after, ConditionType.ACCEPTED) if after.phase is Phase.PENDING else None
    if refused is not None and refused.status is ConditionStatus.FALSE:
        told = _condition(before, ConditionType.ACCEPTED)
        same = told is not None and told.reason == refused.reason
        return None if same else Announce(warning=True, reason=refused.reason, message=refused.message)
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

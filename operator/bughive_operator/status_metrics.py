"""What a status that was written tells the metrics."""

from datetime import datetime

from bughive_crds.crawl_session import Condition, ConditionStatus, CrawlSessionStatus, Phase
from bughive_operator import metrics
from bughive_operator.observation import Resource
from bughive_operator.reasons import ConditionType, Reason

_TELLING = {
    Phase.PENDING: ConditionType.DISPATCHED,
    Phase.QUEUED: ConditionType.DISPATCHED,
    Phase.RUNNING: ConditionType.RUNNING,
    Phase.SUSPENDED: ConditionType.SUSPENDED,
}
"""The condition whose reason says why a session is in a phase; in those not named: Finished."""


def count_change(resource: Resource, after: CrawlSessionStatus) -> None:
    """Count what the change from the resource's status to this one means. Call it once the change is written."""
    before = resource.status
    if after.phase is not None and after.phase is not before.phase:
        reason = _condition(after, _TELLING.get(after.phase, ConditionType.FINISHED))
        metrics.TRANSITIONS.labels(after.phase, reason.reason if reason else "").inc()
        if after.phase.terminal:
            metrics.FINISHED.labels(after.outcome or after.phase).inc()
    old, new = (_condition(status, ConditionType.DELIVERED) for status in (before, after))
    if new is not None and new.reason != Reason.DELIVERING and (old is None or old.reason != new.reason):
        metrics.DELIVERED.labels(new.reason).inc()
    if ended := _ended_attempt(before, after):
        metrics.ATTEMPTS_ENDED.labels(ended).inc()
    if before.started_at is None and after.started_at is not None:
        metrics.SESSION_WAIT_SECONDS.observe(_between(_ready_at(resource), after.started_at))
    if before.phase is Phase.QUEUED and after.phase is Phase.RUNNING and before.queued_at and after.active_since:
        metrics.ATTEMPT_WAIT_SECONDS.observe(_between(before.queued_at, after.active_since))


def _ended_attempt(before: CrawlSessionStatus, after: CrawlSessionStatus) -> str | None:
    """The reason why an attempt ended with this change. The message tells two attempts that ended alike apart."""
    old, new = (_condition(status, ConditionType.RUNNING) for status in (before, after))
    if new is None or new.status is not ConditionStatus.FALSE or new.reason == Reason.NOT_STARTED:
        return None
    same = old is not None and (old.status, old.reason, old.message) == (new.status, new.reason, new.message)
    return None if same else new.reason


def _condition(status: CrawlSessionStatus, kind: ConditionType) -> Condition | None:
    return next((condition for condition in status.conditions if condition.type == kind), None)


def _ready_at(resource: Resource) -> datetime:
    start_at = resource.spec.start_at if resource.spec else None
    return max(at for at in (resource.created_at, start_at, resource.status.resumed_at) if at)


def _between(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds())

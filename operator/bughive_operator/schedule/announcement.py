"""Which changes of a schedule's status become Kubernetes events. Pure."""

from collections.abc import Iterator

from bughive_crds.crawl_schedule import CrawlScheduleStatus, ScheduleCondition
from bughive_crds.crawl_session import ConditionStatus
from bughive_operator.actions import Announce
from bughive_operator.schedule.conditions import find
from bughive_operator.schedule.reasons import EventReason, ScheduleConditionType, ScheduleReason

_NORMAL = (ScheduleReason.STARTED, ScheduleReason.SUSPENDED, ScheduleReason.STILL_RUNNING)
"""All other reasons of Scheduled are warnings."""


def announcements(before: CrawlScheduleStatus, after: CrawlScheduleStatus) -> Iterator[Announce]:
    """The events that tell of the way from one status to the next."""
    accepted = _changed(before, after, ScheduleConditionType.ACCEPTED)
    if accepted is not None and accepted.status is not ConditionStatus.TRUE:
        yield Announce(warning=True, reason=accepted.reason, message=accepted.message)
    scheduled = _changed(before, after, ScheduleConditionType.SCHEDULED)
    started = after.last_schedule_time != before.last_schedule_time
    if scheduled is not None and (started or scheduled.status is not ConditionStatus.TRUE):
        yield Announce(warning=scheduled.reason not in _NORMAL, reason=scheduled.reason, message=scheduled.message)
    if after.last_run_at != before.last_run_at:
        told = f"A session was started for runAt {after.last_run_at:%Y-%m-%dT%H:%M:%SZ}."
        yield Announce(warning=False, reason=EventReason.STARTED_ON_DEMAND, message=told)


def _changed(
    before: CrawlScheduleStatus, after: CrawlScheduleStatus, kind: ScheduleConditionType
) -> ScheduleCondition | None:
    """The condition, if it says something new. A message that alone is new tells of another run or another mistake."""
    old, new = find(before.conditions, kind), find(after.conditions, kind)
    if new is None or (old is not None and (old.reason, old.message) == (new.reason, new.message)):
        return None
    return new

"""The status of a schedule, from what is observed. Pure."""

from collections.abc import Iterable
from datetime import datetime

from bughive_crds.crawl_schedule import MAX_ACTIVE, ActiveSession, CrawlScheduleStatus
from bughive_crds.crawl_session import ConditionStatus, Phase
from bughive_operator.observation import Resource
from bughive_operator.schedule.conditions import missed_runs, scheduled, updated
from bughive_operator.schedule.due import Decision, GiveUp
from bughive_operator.schedule.observation import Schedule
from bughive_operator.schedule.reasons import ScheduleConditionType, ScheduleReason
from bughive_operator.schedule.view import View


def status_of(view: View, decision: Decision | None) -> CrawlScheduleStatus:
    """The status of a schedule whose spec makes sense."""
    accepted = (ConditionStatus.TRUE, ScheduleReason.VALID, "The schedule is understood.")
    generation = view.schedule.generation
    conditions = updated(view.status.conditions, ScheduleConditionType.ACCEPTED, accepted, view.now, generation)
    if said := scheduled(view, decision, missed_runs(view, decision)):
        conditions = updated(conditions, ScheduleConditionType.SCHEDULED, said, view.now, generation)
    given_up = decision.at if isinstance(decision, GiveUp) else view.status.last_missed_time
    return CrawlScheduleStatus(
        observed_generation=generation,
        last_schedule_time=view.last_started,
        last_missed_time=given_up,
        last_run_at=view.last_on_demand,
        last_successful_time=_last_successful(view.status.last_successful_time, view.observation.sessions),
        next_schedule_time=_next(view, given_up),
        active=tuple(ActiveSession(name=session.name, uid=session.uid) for session in view.active[:MAX_ACTIVE]),
        active_count=len(view.active),
        conditions=conditions,
    )


def rejected(schedule: Schedule, reason: ScheduleReason, message: str, now: datetime) -> CrawlScheduleStatus:
    """The status of a schedule whose spec makes no sense: all else stays as it was."""
    said = (ConditionStatus.FALSE, reason, message)
    conditions = updated(schedule.status.conditions, ScheduleConditionType.ACCEPTED, said, now, schedule.generation)
    changes = {"conditions": conditions, "next_schedule_time": None, "observed_generation": schedule.generation}
    return schedule.status.model_copy(update=changes)


def _next(view: View, given_up: datetime | None) -> datetime | None:
    if view.spec.suspend:
        return None
    settled = max(at for at in (view.cursor, given_up, view.now - view.jitter) if at)
    at = view.cron.after(settled)
    return None if at is None else at + view.jitter


def _last_successful(known: datetime | None, sessions: Iterable[Resource]) -> datetime | None:
    ends = [session.status.completed_at for session in sessions if session.status.phase is Phase.COMPLETED]
    return max((at for at in (known, *ends) if at), default=None)

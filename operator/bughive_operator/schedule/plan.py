"""``plan(observation, now)``: what to do for one schedule. Pure: no clock, no I/O, no memory.

The status comes first: it settles which runs have their session before another is started. A run's session is created
under a name that only this run has, so whatever dies between the creation and the status, it is created once: the
session itself tells that its run was started.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bughive_crds.crawl_schedule import CrawlScheduleStatus
from bughive_operator.actions import Announce
from bughive_operator.schedule.actions import CreateSession, DeleteSession, PatchSchedule, ScheduleAction, SchedulePlan
from bughive_operator.schedule.announcement import announcements
from bughive_operator.schedule.conditions import missed_runs
from bughive_operator.schedule.cron import BadSchedule, Cron, UnknownTimeZone
from bughive_operator.schedule.due import Start, deadline_of, decide, last_due
from bughive_operator.schedule.history import surplus
from bughive_operator.schedule.observation import Refusal, Schedule, ScheduleObservation
from bughive_operator.schedule.reasons import EventReason, ScheduleReason
from bughive_operator.schedule.status import rejected, status_of
from bughive_operator.schedule.view import View

RETRY = timedelta(seconds=60)
"""How long a session that was refused is not tried again."""


def plan(observation: ScheduleObservation, now: datetime) -> SchedulePlan:
    """What to do for one schedule now, and when to look again if nothing happens until then."""
    schedule = observation.schedule
    if schedule.deleting:
        return SchedulePlan()
    if schedule.spec is None:
        return _reject(schedule, ScheduleReason.INVALID_SPEC, schedule.spec_error, now)
    try:
        cron = Cron(schedule.spec.schedule, schedule.spec.time_zone)
    except UnknownTimeZone as error:
        return _reject(schedule, ScheduleReason.UNKNOWN_TIME_ZONE, str(error), now)
    except BadSchedule as error:
        return _reject(schedule, ScheduleReason.INVALID_SCHEDULE, str(error), now)
    view = View(observation, schedule.spec, cron, now)
    decision = decide(view)
    status = status_of(view, decision)
    refusal = view.refusal_of(decision.name) if isinstance(decision, Start) else None
    actions: list[ScheduleAction] = []
    # A run that is about to start needs no status of its own; the one behind it tells all.
    if not (isinstance(decision, Start) and view.told and refusal is None):
        actions += _patch(schedule, status, missed_runs(view, decision))
    if isinstance(decision, Start) and (refusal is None or now >= refusal.at + RETRY):
        actions += _start(decision)
    actions += [DeleteSession(session) for session in surplus(view.spec, observation.sessions)]
    return SchedulePlan(tuple(actions), _wake(view, status, refusal))


def _reject(schedule: Schedule, reason: ScheduleReason, message: str, now: datetime) -> SchedulePlan:
    return SchedulePlan(tuple(_patch(schedule, rejected(schedule, reason, message, now), missed=0)))


def _patch(schedule: Schedule, status: CrawlScheduleStatus, missed: int) -> Iterator[ScheduleAction]:
    if status != schedule.status:
        yield PatchSchedule(status, missed)
        yield from announcements(schedule.status, status)


def _start(decision: Start) -> Iterator[ScheduleAction]:
    for session in decision.replaced:
        yield DeleteSession(session)
        told = f"{session.name} is deleted, for the next run is due."
        yield Announce(warning=False, reason=EventReason.REPLACED, message=told)
    yield CreateSession(decision.name, decision.at, decision.on_demand)


def _wake(view: View, status: CrawlScheduleStatus, refusal: Refusal | None) -> datetime | None:
    waiting = last_due(view)
    moments = (
        status.next_schedule_time,
        view.run_at,
        deadline_of(view, waiting) if waiting is not None else None,
        refusal.at + RETRY if refusal is not None else None,
    )
    return min((at for at in moments if at is not None and at > view.now), default=None)

"""What the conditions of a schedule say. Pure."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from bughive_crds.crawl_schedule import ScheduleCondition
from bughive_crds.crawl_session import ConditionStatus
from bughive_operator.schedule.due import Decision, GiveUp, Start, Wait
from bughive_operator.schedule.reasons import ScheduleConditionType, ScheduleReason
from bughive_operator.schedule.session_names import scheduled_moment, scheduled_name
from bughive_operator.schedule.view import View

MANY = 100
"""More missed runs than this are not counted, and called too many, as a CronJob does."""
_MAX_MESSAGE = 1024
_PASSING = (
    ScheduleReason.SUSPENDED,
    ScheduleReason.STILL_RUNNING,
    ScheduleReason.NAME_TAKEN,
    ScheduleReason.CREATE_REFUSED,
)
"""Reasons that hold only as long as something is in the way."""
Said = tuple[ConditionStatus, ScheduleReason, str]
"""Status, reason and message."""


def scheduled(view: View, decision: Decision | None, missed: int) -> Said | None:
    """What the condition Scheduled is to say; None: what it said before. ``missed``: see ``missed_runs``."""
    if said := _in_the_way(view, decision, missed):
        return said
    if view.last_started and view.last_started != view.status.last_schedule_time:
        return _started(view, view.last_started, missed)
    before = find(view.status.conditions, ScheduleConditionType.SCHEDULED)
    if isinstance(decision, Start) or (before is not None and before.reason not in _PASSING):
        return None
    if view.last_started:
        return (ConditionStatus.TRUE, ScheduleReason.STARTED, f"The last run was that of {_shown(view.last_started)}.")
    return (ConditionStatus.TRUE, ScheduleReason.NOT_DUE, "No run was due yet.")


def _in_the_way(view: View, decision: Decision | None, missed: int) -> Said | None:
    """Why nothing is started, or the run that was due was not."""
    match decision:
        case Wait(message):
            return _false(ScheduleReason.STILL_RUNNING, message)
        case GiveUp(at):
            seconds = view.spec.starting_deadline_seconds
            told = f"The run of {_shown(at)} could not start within {seconds} s and was given up."
            return _false(ScheduleReason.DEADLINE_MISSED, told + _others(missed - 1))
        case Start(name) if refusal := view.refusal_of(name):
            return _false(refusal.reason, refusal.message)
        case _ if view.spec.suspend:
            return _false(ScheduleReason.SUSPENDED, "Nothing starts by the schedule while spec.suspend is true.")
        case _:
            return None


def missed_runs(view: View, decision: Decision | None) -> int:
    """How many scheduled moments are settled now that have no session; none is counted beyond ``MANY`` and one."""
    status = view.status
    settled = max(at for at in (view.schedule.created_at, status.last_schedule_time, status.last_missed_time) if at)
    until = decision.at if isinstance(decision, GiveUp) else view.cursor
    if until <= settled:
        return 0
    started = {scheduled_moment(view.schedule.name, session.name) for session in view.observation.sessions}
    missed = (moment for moment in view.cron.between(settled, until) if moment not in started)
    return sum(1 for _ in islice(missed, MANY + 1))


def updated(
    before: Iterable[ScheduleCondition],
    kind: ScheduleConditionType,
    said: Said,
    now: datetime,
    generation: int,
) -> tuple[ScheduleCondition, ...]:
    """The conditions with one of them saying this; one that says so already stays as it is."""
    conditions = {condition.type: condition for condition in before}
    old = conditions.get(kind)
    status, reason, message = said
    new = ScheduleCondition(
        type=kind,
        status=status,
        reason=reason,
        message=message if len(message) <= _MAX_MESSAGE else message[: _MAX_MESSAGE - 1] + "…",
        last_transition_time=old.last_transition_time if old and old.status is status else now,
        observed_generation=generation,
    )
    if old is None or (old.status, old.reason, old.message) != (new.status, new.reason, new.message):
        conditions[kind] = new
    return tuple(conditions.values())


def find(conditions: Iterable[ScheduleCondition], kind: ScheduleConditionType) -> ScheduleCondition | None:
    """The condition of this type."""
    return next((condition for condition in conditions if condition.type == kind), None)


def _started(view: View, at: datetime, missed: int) -> Said:
    name = scheduled_name(view.schedule.name, at)
    if missed > MANY:
        told = (
            f"{name} was started for the last of more than {MANY} runs that were due; the others were missed. "
            "Set spec.startingDeadlineSeconds if a late run is of no use."
        )
        return (ConditionStatus.TRUE, ScheduleReason.TOO_MANY_MISSED, told)
    reason = ScheduleReason.RUNS_MISSED if missed else ScheduleReason.STARTED
    return (ConditionStatus.TRUE, reason, f"{name} was started for the run of {_shown(at)}." + _others(missed))


def _others(missed: int) -> str:
    if missed <= 0:
        return ""
    if missed > MANY:
        return f" More than {MANY} runs before it were missed."
    return f" {missed} run{'s' if missed > 1 else ''} before it {'were' if missed > 1 else 'was'} missed."


def _false(reason: ScheduleReason, message: str) -> Said:
    return (ConditionStatus.FALSE, reason, message)


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"

"""Which run is to start now: pure, and never more than one at a time.

| the last scheduled moment since the cursor | wants                                                     |
|--------------------------------------------|-----------------------------------------------------------|
| none, or suspended                         | nothing                                                   |
| startingDeadlineSeconds ago, and more      | GiveUp                                                    |
| an earlier session is active               | Start (Allow), Wait: StillRunning (Forbid), Start (Replace) |
| else                                       | Start                                                     |

Earlier moments than the last are missed. Where nothing is to start by the schedule, ``runAt`` has its turn, by the same
rules without a deadline.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bughive_crds.crawl_schedule import ConcurrencyPolicy
from bughive_operator.observation import Resource
from bughive_operator.schedule.session_names import on_demand_name, scheduled_name
from bughive_operator.schedule.view import View


@dataclass(frozen=True)
class Start:
    """Create the session of this run, once ``replaced`` are deleted."""

    name: str
    at: datetime
    """The moment it was scheduled for, or its ``runAt``."""
    on_demand: bool
    replaced: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A run is due and waits until an earlier session is over."""

    message: str


@dataclass(frozen=True)
class GiveUp:
    """The deadline of the run of this moment is over."""

    at: datetime


Decision = Start | Wait | GiveUp
"""Of nothing to do: None."""


def decide(view: View) -> Decision | None:
    """What is to be done for the run that is due."""
    at = last_due(view)
    if at is not None:
        deadline = deadline_of(view, at)
        if deadline is not None and view.now > deadline:
            return GiveUp(at)
        return _start(view, scheduled_name(view.schedule.name, at), at, on_demand=False)
    if view.run_at is not None and view.run_at <= view.now:
        return _start(view, on_demand_name(view.schedule.name, view.run_at), view.run_at, on_demand=True)
    return None


def last_due(view: View) -> datetime | None:
    """The last scheduled moment that has come, jitter included, and is not settled."""
    return None if view.spec.suspend else view.cron.last(view.cursor, view.now - view.jitter)


def deadline_of(view: View, at: datetime) -> datetime | None:
    """Until when the run of a scheduled moment may start; None: for ever."""
    seconds = view.spec.starting_deadline_seconds
    return None if seconds is None else at + view.jitter + timedelta(seconds=seconds)


def _start(view: View, name: str, at: datetime, *, on_demand: bool) -> Start | Wait:
    active = view.active
    match view.spec.concurrency_policy:
        case ConcurrencyPolicy.FORBID if active:
            run = "The run of runAt" if on_demand else f"The run of {at:%Y-%m-%dT%H:%M:%SZ}"
            return Wait(f"{run} waits until {active[0].name} is over.")
        case ConcurrencyPolicy.REPLACE:
            return Start(name, at, on_demand, tuple(session for session in active if not session.deleting))
        case _:
            return Start(name, at, on_demand)

"""What is to be done for a schedule: a closed set of small orders."""

from dataclasses import dataclass
from datetime import datetime

from bughive_crds.crawl_schedule import CrawlScheduleStatus
from bughive_operator.actions import Announce
from bughive_operator.observation import Resource


@dataclass(frozen=True)
class CreateSession:
    """Create the session of a run; its name is the run's, so it cannot be created twice."""

    name: str
    at: datetime
    on_demand: bool


@dataclass(frozen=True)
class DeleteSession:
    """Delete a session of this schedule: it is replaced, or older than its history is kept."""

    session: Resource


@dataclass(frozen=True)
class PatchSchedule:
    """Make the schedule's status this one, if the resource has not changed since it was observed."""

    status: CrawlScheduleStatus
    missed: int
    """So many scheduled moments are settled with it that had no session."""


ScheduleAction = CreateSession | DeleteSession | PatchSchedule | Announce


@dataclass(frozen=True)
class SchedulePlan:
    """Actions in their order; if one fails, those behind it do not happen."""

    actions: tuple[ScheduleAction, ...] = ()
    wake: datetime | None = None
    """When to look again if nothing happens."""

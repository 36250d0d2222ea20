"""What the decisions read: the observation, and the few facts that several of them ask for."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from bughive_crds.crawl_schedule import CrawlScheduleSpec, CrawlScheduleStatus
from bughive_operator.observation import Resource
from bughive_operator.schedule.cron import Cron
from bughive_operator.schedule.observation import Refusal, Schedule, ScheduleObservation
from bughive_operator.schedule.session_names import on_demand_moment, scheduled_moment


@dataclass(frozen=True)
class View:
    """One schedule whose spec makes sense."""

    observation: ScheduleObservation
    spec: CrawlScheduleSpec
    cron: Cron
    now: datetime

    @property
    def schedule(self) -> Schedule:
        """The resource."""
        return self.observation.schedule

    @property
    def status(self) -> CrawlScheduleStatus:
        """The status that the resource has now."""
        return self.schedule.status

    @cached_property
    def active(self) -> list[Resource]:
        """The sessions that are not over, oldest first. One that is being deleted counts until it is gone."""
        found = [session for session in self.observation.sessions if not over(session)]
        return sorted(found, key=lambda session: (session.created_at, session.name))

    @cached_property
    def jitter(self) -> timedelta:
        """By how much this schedule's runs are put off: drawn by its uid, so the same for every run and operator."""
        digest = hashlib.sha256(self.schedule.uid.encode()).digest()
        return timedelta(seconds=int.from_bytes(digest[:8]) % (self.spec.jitter_seconds + 1))

    @cached_property
    def last_started(self) -> datetime | None:
        """The last scheduled moment that has its session, whether or not the status says so already."""
        return self._latest(self.status.last_schedule_time, scheduled_moment)

    @cached_property
    def last_on_demand(self) -> datetime | None:
        """The last ``runAt`` that has its session, whether or not the status says so already."""
        return self._latest(self.status.last_run_at, on_demand_moment)

    @cached_property
    def run_at(self) -> datetime | None:
        """The ``runAt`` that is yet to be started; None: there is none."""
        if self.spec.run_at is None:
            return None
        wanted, done = self.spec.run_at.astimezone(UTC).replace(microsecond=0), self.last_on_demand
        return wanted if done is None or wanted > done else None

    @property
    def told(self) -> bool:
        """Whether the status knows of every run that has its session."""
        known = (self.status.last_schedule_time, self.status.last_run_at)
        return known == (self.last_started, self.last_on_demand)

    @cached_property
    def cursor(self) -> datetime:
        """All moments up to this one are settled: started, given up, or before the schedule was there."""
        return max(at for at in (self.schedule.created_at, self.last_started, self.status.last_missed_time) if at)

    def refusal_of(self, run: str) -> Refusal | None:
        """Why the session of this name could not be created; None: it was not tried since the schedule changed."""
        refusal = self.observation.refusal
        wanted = (run, self.schedule.generation)
        return refusal if refusal is not None and (refusal.run, refusal.generation) == wanted else None

    def _latest(self, known: datetime | None, read: Callable[[str, str], datetime | None]) -> datetime | None:
        moments = [read(self.schedule.name, session.name) for session in self.observation.sessions]
        return max((at for at in (known, *moments) if at), default=None)


def over(session: Resource) -> bool:
    """Whether a session has come to its end."""
    return session.status.phase is not None and session.status.phase.terminal

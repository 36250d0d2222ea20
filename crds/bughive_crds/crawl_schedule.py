"""The ``CrawlSchedule`` kind: CrawlSessions that start by themselves, by the rules of a Kubernetes CronJob."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bughive_crds import GROUP
from bughive_crds.crawl_session import Condition, CrawlSessionSpec
from bughive_crds.model import ApiModel, Rule
from bughive_crds.text import AnnotationValue, CronExpression, LabelValue, MetadataKey, TimeZone

SCHEDULE_LABEL = f"{GROUP}/schedule"
"""On a CrawlSession: the CrawlSchedule that started it."""
SCHEDULED_AT_ANNOTATION = f"{GROUP}/scheduled-at"
"""On a CrawlSession: the moment it was scheduled for, before jitter; in a run on demand, ``spec.runAt``."""
MAX_NAME = 52
"""Characters of a CrawlSchedule's name, as a CronJob's: it is part of its sessions' names, and a label's value."""
MAX_ACTIVE = 50
"""How many of its active sessions a status names."""

_KEY = r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"


class ConcurrencyPolicy(StrEnum):
    """What happens to a run that is due while an earlier one is not over."""

    ALLOW = "Allow"
    FORBID = "Forbid"
    REPLACE = "Replace"


def _keys(field: str) -> tuple[Rule, ...]:
    return (
        Rule(
            cel=f"!has(self.{field}) || self.{field}.all(key, key.matches(r'^{_KEY}$'))",
            holds=lambda metadata: all(re.fullmatch(_KEY, key) for key in getattr(metadata, field)),
            message=f"the keys of {field} must be names such as team or example.com/team",
        ),
        Rule(
            cel=f"!has(self.{field}) || self.{field}.all(key, !key.startsWith('{GROUP}/'))",
            holds=lambda metadata: not any(key.startswith(f"{GROUP}/") for key in getattr(metadata, field)),
            message=f"{field} that begin with {GROUP}/ are set by the operator: choose another key",
        ),
    )


class TemplateMetadata(ApiModel):
    """What each session carries besides the label `bughive.dev/schedule`."""

    rules = (*_keys("labels"), *_keys("annotations"))

    labels: Annotated[dict[MetadataKey, LabelValue], Field(default_factory=dict, max_length=20)]
    """Labels of each session."""
    annotations: Annotated[dict[MetadataKey, AnnotationValue], Field(default_factory=dict, max_length=20)]
    """Annotations of each session."""


class SessionTemplate(ApiModel):
    """The CrawlSession that each run creates."""

    rules = (
        Rule(
            cel="!has(self.spec.startAt)",
            holds=lambda template: template.spec.start_at is None,
            message="spec.startAt has no place in a sessionTemplate: spec.schedule says when its sessions start",
        ),
        Rule(
            cel="!has(self.spec.cancel) || !self.spec.cancel",
            holds=lambda template: not template.spec.cancel,
            message="spec.cancel in a sessionTemplate would stop each session at once: "
            "set spec.suspend of the CrawlSchedule instead",
        ),
    )

    metadata: TemplateMetadata = TemplateMetadata()
    spec: CrawlSessionSpec


class CrawlScheduleSpec(ApiModel):
    """When sessions start, and what they crawl. Everything may be changed; sessions that are there stay as they are."""

    schedule: CronExpression
    """When sessions start, in a CronJob's syntax: minute, hour, day of month, month, day of week, such as
    `0 3 * * MON-FRI`; or @hourly, @daily (@midnight), @weekly, @monthly, @yearly (@annually)."""
    time_zone: TimeZone = "Etc/UTC"
    """The time zone of `schedule`, by its IANA name, such as `Europe/Berlin`. An hour that the change to summer time
    skips starts nothing, and one that comes twice starts twice, as with a CronJob."""
    jitter_seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    """Start up to this many seconds later, always by the same time, which is this schedule's own: so that many
    schedules of one hour do not begin at once."""
    concurrency_policy: ConcurrencyPolicy = ConcurrencyPolicy.ALLOW
    """What happens to a run that is due while an earlier one is not over. Allow: it starts too. Forbid: it waits, and
    once the earlier is over, the last that was due starts. Replace: the earlier session is deleted."""
    starting_deadline_seconds: Annotated[int, Field(ge=10, le=31_536_000)] | None = None
    """A run that could not start within this many seconds of its time (jitter included) is missed. Unset: however late,
    the last run that was due is started."""
    suspend: bool = False
    """Start nothing by the schedule; `runAt` still works. When it is false again, the last run that was due meanwhile
    starts, if `startingDeadlineSeconds` still allows it."""
    run_at: datetime | None = None
    """Run on demand: start one session as soon as this moment (RFC 3339, to the second) has come, besides those of the
    schedule. Once for each moment; one that is not later than the last is left alone. With Forbid it waits until
    no session is active."""
    successful_sessions_history_limit: Annotated[int, Field(ge=0, le=1000)] = 3
    """How many sessions that are Completed are kept, whatever bugs they found. Older ones are deleted, and with them
    their CrawlReports."""
    failed_sessions_history_limit: Annotated[int, Field(ge=0, le=1000)] = 1
    """How many sessions that are Failed or Cancelled are kept."""
    session_template: SessionTemplate
    """The CrawlSession that each run creates."""


class ActiveSession(ApiModel):
    """A session of the schedule that is not over."""

    name: Annotated[str, Field(max_length=253)]
    uid: Annotated[str, Field(max_length=63)]


class ScheduleCondition(Condition):
    """One aspect of the schedule's state, in Kubernetes' usual form."""

    type: Annotated[str, Field(max_length=63)]
    """Accepted or Scheduled."""


class CrawlScheduleStatus(ApiModel):
    """What the operator has seen of the schedule."""

    observed_generation: int | None = None
    last_schedule_time: datetime | None = None
    """The moment, by the schedule and before jitter, of the last run that was started."""
    last_missed_time: datetime | None = None
    """The moment of the last run that was given up, because `startingDeadlineSeconds` had passed."""
    last_run_at: datetime | None = None
    """The last `runAt` that was started."""
    last_successful_time: datetime | None = None
    """When a session of this schedule last became Completed."""
    next_schedule_time: datetime | None = None
    """When the next session starts by the schedule, jitter included. Absent while it is suspended."""
    active: Annotated[tuple[ActiveSession, ...], Field(max_length=MAX_ACTIVE)] = ()
    """The sessions that are not over, oldest first; at most 50 are named."""
    active_count: int = 0
    """How many sessions are not over."""
    conditions: Annotated[tuple[ScheduleCondition, ...], Field(max_length=8)] = ()

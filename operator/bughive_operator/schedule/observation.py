"""What is known of one schedule at one moment: the resource, and the sessions that it started."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bughive_crds.crawl_schedule import CrawlScheduleSpec, CrawlScheduleStatus
from bughive_operator.observation import Resource, read_spec, read_status
from bughive_operator.schedule.reasons import ScheduleReason


@dataclass(frozen=True)
class Schedule:
    """A CrawlSchedule as the API server has it."""

    kind: ClassVar[str] = "CrawlSchedule"
    plural: ClassVar[str] = "crawlschedules"

    uid: str
    namespace: str
    name: str
    generation: int
    resource_version: str
    created_at: datetime
    deleting: bool
    spec: CrawlScheduleSpec | None
    """None: this operator does not understand it; ``spec_error`` says why."""
    spec_error: str
    status: CrawlScheduleStatus

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Schedule":
        """Read a resource's JSON."""
        metadata = body["metadata"]
        spec, spec_error = read_spec(CrawlScheduleSpec, body.get("spec") or {})
        return cls(
            uid=metadata["uid"],
            namespace=metadata["namespace"],
            name=metadata["name"],
            generation=metadata["generation"],
            resource_version=metadata["resourceVersion"],
            created_at=datetime.fromisoformat(metadata["creationTimestamp"]),
            deleting="deletionTimestamp" in metadata,
            spec=spec,
            spec_error=spec_error,
            status=read_status(CrawlScheduleStatus, body.get("status") or {}),
        )


@dataclass(frozen=True)
class Refusal:
    """The session that was due could not be created."""

    reason: ScheduleReason
    message: str
    run: str
    """The session's name: the next run may have more luck."""
    at: datetime
    generation: int
    """Of the schedule: a later one may be right."""


@dataclass(frozen=True)
class ScheduleObservation:
    """All that ``plan`` looks at, besides the time."""

    schedule: Schedule
    sessions: tuple[Resource, ...]
    """Those that it started."""
    refusal: Refusal | None = None
    """None: the last session that was to be created was."""

"""The conditions of a CrawlSchedule, every reason they may carry, and those of its events.

docs/reasons.md explains each to users; a test holds the two in step. They are part of the API, as a session's are.
"""

from enum import StrEnum


class ScheduleConditionType(StrEnum):
    """The aspects of a schedule that have a condition."""

    ACCEPTED = "Accepted"
    """Whether the spec makes sense."""
    SCHEDULED = "Scheduled"
    """Whether the last run that was due was started; if not, why."""


class ScheduleReason(StrEnum):
    """Why a condition is as it is."""

    # Accepted
    VALID = "Valid"
    INVALID_SPEC = "InvalidSpec"
    INVALID_SCHEDULE = "InvalidSchedule"
    UNKNOWN_TIME_ZONE = "UnknownTimeZone"

    # Scheduled: it was started, or nothing was due yet
    NOT_DUE = "NotDue"
    STARTED = "Started"
    RUNS_MISSED = "RunsMissed"
    TOO_MANY_MISSED = "TooManyMissed"

    # Scheduled: it was not
    SUSPENDED = "Suspended"
    STILL_RUNNING = "StillRunning"
    DEADLINE_MISSED = "DeadlineMissed"
    NAME_TAKEN = "NameTaken"
    CREATE_REFUSED = "CreateRefused"


class EventReason(StrEnum):
    """Of events that are no change of a condition."""

    STARTED_ON_DEMAND = "StartedOnDemand"
    REPLACED = "Replaced"

"""The names of a schedule's sessions: one for each run, so that the API server refuses a run's second start."""

import re
from datetime import UTC, datetime

_SCHEDULED, _SCHEDULED_PATTERN = "%Y%m%d-%H%M", r"(\d{8})-(\d{4})"
_ON_DEMAND, _ON_DEMAND_PATTERN = "run-%Y%m%d-%H%M%S", r"run-(\d{8})-(\d{6})"


def scheduled_name(schedule: str, at: datetime) -> str:
    """The session of a scheduled moment, in UTC to the minute: ``shop-20261124-0300``."""
    return f"{schedule}-{at.astimezone(UTC):{_SCHEDULED}}"


def on_demand_name(schedule: str, at: datetime) -> str:
    """The session of a ``spec.runAt``, in UTC to the second: ``shop-run-20261124-031527``."""
    return f"{schedule}-{at.astimezone(UTC):{_ON_DEMAND}}"


def scheduled_moment(schedule: str, name: str) -> datetime | None:
    """The moment for which a session was scheduled, by its name; None: it was not."""
    return _read(schedule, name, _SCHEDULED_PATTERN)


def on_demand_moment(schedule: str, name: str) -> datetime | None:
    """The ``spec.runAt`` that started a session, by its name; None: none did."""
    return _read(schedule, name, _ON_DEMAND_PATTERN)


def _read(schedule: str, name: str, pattern: str) -> datetime | None:
    found = re.fullmatch(pattern, name[len(schedule) + 1 :]) if name.startswith(f"{schedule}-") else None
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}+0000")
    except ValueError:
        return None

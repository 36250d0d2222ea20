"""Every CrawlSchedule as it was last seen."""

from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError

from bughive_operator.schedule.observation import Schedule

log = structlog.get_logger(__name__)


class Schedules:
    """A cache of the watch, kept as new as our own writes."""

    def __init__(self) -> None:
        self._schedules: dict[str, Schedule] = {}

    def put(self, body: Mapping[str, Any]) -> bool:
        """Take in a resource from a watch, a list or a write of ours. False: it is no newer than what is known."""
        known = self._schedules.get(body["metadata"]["uid"])
        if known is not None and int(body["metadata"]["resourceVersion"]) <= int(known.resource_version):
            return False
        try:
            schedule = Schedule.parse(body)
        except ValidationError as error:
            # One resource that a newer operator left must not stop the work on all others.
            log.error("a schedule's status cannot be read; is a newer operator running?", error=str(error))  # noqa: TRY400
            return False
        self._schedules[schedule.uid] = schedule
        return True

    def refresh(self, body: Mapping[str, Any]) -> None:
        """Take in the answer to a write of ours, unless the schedule was deleted meanwhile."""
        if body["metadata"]["uid"] in self._schedules:
            self.put(body)

    def remove(self, uid: str) -> None:
        """The resource is gone."""
        self._schedules.pop(uid, None)

    def get(self, uid: str) -> Schedule | None:
        """The resource; None: deleted, or never seen."""
        return self._schedules.get(uid)

    def uids(self) -> set[str]:
        """Every schedule there is."""
        return set(self._schedules)

"""Every CrawlSession as it was last seen."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import ValidationError

from bughive_crds.crawl_session import Phase
from bughive_operator.clock import Clock
from bughive_operator.lines import Lines
from bughive_operator.observation import Resource

log = structlog.get_logger(__name__)


class Sessions:
    """A cache of the watch, kept as new as our own writes; tells the line of each change."""

    def __init__(self, line: Lines, clock: Clock, mark_schedule: Callable[[str], None] = lambda _: None) -> None:
        """``mark_schedule``: is told a schedule's uid when one of its sessions came, went, or changed its phase."""
        self._line = line
        self._clock = clock
        self._mark_schedule = mark_schedule
        self._resources: dict[str, Resource] = {}
        self._by_schedule: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, body: Mapping[str, Any]) -> bool:
        """Take in a resource from a watch or a list. False: it is no newer than what is known."""
        known = self._resources.get(body["metadata"]["uid"])
        if known is not None and int(body["metadata"]["resourceVersion"]) <= int(known.resource_version):
            return False
        try:
            resource = Resource.parse(body, known)
        except ValidationError as error:
            # One resource that a newer operator left must not stop the work on all others.
            log.error("a session's status cannot be read; is a newer operator running?", error=str(error))  # noqa: TRY400
            return False
        self._resources[resource.uid] = resource
        self._line.update(resource, self._clock.now())
        if resource.controller:
            self._by_schedule[resource.controller].add(resource.uid)
            if known is None or known.status.phase is not resource.status.phase:
                self._mark_schedule(resource.controller)
        return True

    def refresh(self, body: Mapping[str, Any]) -> None:
        """Take in the answer to a write of ours, unless the session was deleted meanwhile."""
        if body["metadata"]["uid"] in self._resources:
            self.put(body)

    def remove(self, uid: str) -> None:
        """The resource is gone."""
        gone = self._resources.pop(uid, None)
        self._line.forget(uid)
        if gone is not None and gone.controller:
            rest = self._by_schedule[gone.controller]
            rest.discard(uid)
            if not rest:
                del self._by_schedule[gone.controller]
            self._mark_schedule(gone.controller)

    def get(self, uid: str) -> Resource | None:
        """The resource; None: deleted, or never seen."""
        resource = self._resources.get(uid)
        if resource is not None:
            self._line.update(resource, self._clock.now())
        return resource

    def uids(self) -> set[str]:
        """Every session there is."""
        return set(self._resources)

    def started_by(self, schedule: str) -> tuple[Resource, ...]:
        """The sessions that a schedule started, by its uid."""
        return tuple(self._resources[uid] for uid in self._by_schedule.get(schedule, ()))

    def busy_workers(self) -> list[str]:
        """Who works on a session now, once for each session and shard."""
        held = (r.status for r in self._resources.values() if r.status.phase is Phase.RUNNING)
        return [worker for status in held for worker in status.workers]

    def all(self) -> list[Resource]:
        """Every resource as it was last seen."""
        return list(self._resources.values())

    def unfinished(self) -> list[str]:
        """The sessions that are not in a final phase, the oldest first."""
        found = [r for r in self._resources.values() if _is_unfinished(r)]
        return [r.uid for r in sorted(found, key=lambda r: r.created_at)]

    def is_unfinished(self, uid: str) -> bool:
        """Whether the session is there and not in a final phase."""
        resource = self._resources.get(uid)
        return resource is not None and _is_unfinished(resource)


def _is_unfinished(resource: Resource) -> bool:
    return resource.status.phase is None or not resource.status.phase.terminal

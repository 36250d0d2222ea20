"""A session at one moment, built from what differs from the usual."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bughive_crds.crawl_session import CrawlSessionSpec, CrawlSessionStatus
from bughive_operator.actions import Announce, PatchStatus, Plan
from bughive_operator.observation import Observation, Resource, Standing, Withheld
from bughive_operator.plan import plan
from bughive_operator.policy import Policy
from bughive_operator.quota import Hold
from bughive_protocol.control import LeaseView, SessionSnapshot

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
UID = "0b5c"


@dataclass(frozen=True)
class Situation:
    """An observation, the time, and what the operator makes of it."""

    observation: Observation
    now: datetime = NOON
    policy: Policy = field(default_factory=Policy)

    def plan(self) -> Plan:
        return plan(self.observation, self.now, self.policy)

    def orders(self) -> list[Any]:
        """The actions without status and events."""
        return [action for action in self.plan().actions if not isinstance(action, PatchStatus | Announce)]

    def status(self) -> CrawlSessionStatus:
        """The status as it is to be; the observed one where it is to stay."""
        patches = [action.status for action in self.plan().actions if isinstance(action, PatchStatus)]
        assert self.observation.resource is not None
        return patches[-1] if patches else self.observation.resource.status

    def condition(self, kind: str) -> tuple[str, str, str] | None:
        """Status, reason and message of a condition as it is to be."""
        found = [c for c in self.status().conditions if c.type == kind]
        return (found[0].status.value, found[0].reason, found[0].message) if found else None

    def events(self) -> list[Announce]:
        return [action for action in self.plan().actions if isinstance(action, Announce)]

    def later(self, seconds: float, redis: dict[str, Any] | None = None) -> "Situation":
        """The status as it is to be, and what Redis says some seconds later."""
        resource = self.observation.resource
        assert resource is not None
        snapshot = self.observation.redis
        if redis is not None and snapshot is not None:
            snapshot = snapshot.model_copy(update=redis)
        observation = replace(self.observation, resource=replace(resource, status=self.status()), redis=snapshot)
        return replace(self, observation=observation, now=self.now + timedelta(seconds=seconds))


@pytest.fixture
def situation() -> Callable[..., Situation]:
    """Builds a situation: a session created at noon, now; nothing in Redis; a slot for it.

    ``place``: it waits there in line instead, for ``hold``.
    """

    def build(
        spec: dict[str, Any] | None = None,
        status: dict[str, Any] | None = None,
        redis: dict[str, Any] | None = None,
        *,
        away: bool = False,
        steady: float = 1000,
        place: int = 0,
        hold: Hold | None = None,
        withheld: Withheld | None = None,
        after: float = 0,
        **resource: Any,
    ) -> Situation:
        body = Resource(
            uid=UID,
            namespace="web",
            name="shop",
            generation=1,
            resource_version="7",
            created_at=NOON,
            deleting=False,
            spec=CrawlSessionSpec.model_validate({"url": "https://shop.example/", **(spec or {})}),
            spec_error="",
            status=CrawlSessionStatus.model_validate(status or {}),
        )
        snapshot = SessionSnapshot.model_validate({"session_id": UID, "attempt": 0, **(redis or {})})
        observation = Observation(
            uid=UID,
            resource=replace(body, **resource),
            redis=None if away else snapshot,
            redis_steady=steady,
            standing=Standing(granted=not place, place=place or 1, hold=hold),
            withheld=withheld,
        )
        return Situation(observation, NOON + timedelta(seconds=after))

    return build


@pytest.fixture
def lease() -> Callable[..., LeaseView]:
    def build(expires_in: float = 12.0, attempt: int = 1, shard: int = 0, worker: str = "worker-a") -> LeaseView:
        return LeaseView(shard=shard, attempt=attempt, epoch=1, worker=worker, expires_in=expires_in)

    return build

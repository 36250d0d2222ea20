"""What the rules read: the observation, and the few facts that several of them ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bughive_crds.crawl_session import Condition, ConditionStatus, CrawlSessionSpec, CrawlSessionStatus, Phase
from bughive_operator.observation import Observation, Resource, Standing, Withheld
from bughive_operator.policy import Policy
from bughive_operator.reasons import ConditionType
from bughive_protocol.control import SessionSnapshot
from bughive_protocol.lease import ReleaseReason


class Turn(StrEnum):
    """How the current attempt stands in Redis."""

    NONE = "none"
    """No attempt is under way: the phase is neither Queued nor Running."""
    UNDISPATCHED = "undispatched"
    """The resource says Queued, and Redis does not know of it yet (or no more)."""
    EMPTIED = "emptied"
    """The resource says Running, and Redis lost all of it."""
    SUPERSEDED = "superseded"
    """Redis knows a newer attempt than the resource (which came from a backup, say)."""
    WAITING = "waiting"
    """Dispatched, and no worker has taken it yet."""
    HELD = "held"
    """A worker has the lease."""
    LAPSING = "lapsing"
    """The lease ran out a moment ago; its holder may come back."""
    RELEASED = "released"
    """The worker gave it back on purpose and left a record."""
    LOST = "lost"
    """The lease ran out and its holder counts as dead."""


@dataclass(frozen=True)
class View:
    """One session as the rules see it."""

    resource: Resource
    redis: SessionSnapshot
    """Blank where Redis is away."""
    away: bool
    redis_steady: float
    standing: Standing
    now: datetime
    policy: Policy
    withheld: Withheld | None = None

    @classmethod
    def of(cls, observation: Observation, resource: Resource, now: datetime, policy: Policy) -> "View":
        """The view of an observation that has a resource."""
        return cls(
            resource=resource,
            redis=observation.redis or SessionSnapshot(session_id=resource.uid, attempt=0),
            away=observation.redis is None,
            redis_steady=observation.redis_steady,
            standing=observation.standing,
            now=now,
            policy=policy,
            withheld=observation.withheld,
        )

    @property
    def status(self) -> CrawlSessionStatus:
        """The status that the resource has now."""
        return self.resource.status

    @property
    def spec(self) -> CrawlSessionSpec:
        """The spec. Rules behind ``invalid`` may count on it."""
        if self.resource.spec is None:
            raise ValueError(self.resource.spec_error)
        return self.resource.spec

    @property
    def attempt(self) -> int:
        """The newest attempt that the resource or Redis knows; 0: never dispatched."""
        return max(self.status.attempt, self.redis.attempt)

    @property
    def live(self) -> bool:
        """Whether any worker holds a lease of this session."""
        return any(lease.expires_in > 0 for lease in self.redis.leases)

    @property
    def lapsed_for(self) -> float:
        """For how long no lease has been held while Redis could be heard, in seconds."""
        return min([self.redis_steady, *(-lease.expires_in for lease in self.redis.leases)])

    @property
    def vacant_shards(self) -> tuple[int, ...]:
        """The shards that no worker has taken in this attempt, or holds on to."""
        gone = {lease.shard for lease in self.redis.leases} | self.redis.releases.keys()
        return tuple(shard for shard in range(self.redis.shards) if shard not in gone)

    @property
    def deserted_shards(self) -> tuple[int, ...]:
        """The shards whose workers are dead, or left with the shard in good order, while others go on."""
        dead = {
            lease.shard
            for lease in self.redis.leases
            if min(-lease.expires_in, self.redis_steady) > self.policy.takeover_grace
        }
        left = {shard for shard, release in self.redis.releases.items() if release.reason is ReleaseReason.DRAIN}
        return tuple(sorted(dead | left))

    @property
    def turn(self) -> Turn:
        """How the current attempt stands."""
        if self.status.phase not in (Phase.QUEUED, Phase.RUNNING):
            return Turn.NONE
        if self.redis.attempt != self.status.attempt:
            return self._mismatch()
        if self.live:
            return Turn.HELD
        # Of several shards that are all over, one that died tells more than those that left.
        if not self.redis.leases:
            if self.redis.release is not None and self.redis.release.attempt == self.status.attempt:
                return Turn.RELEASED
            if self.redis.started_at is None:
                return Turn.WAITING
        return Turn.LAPSING if self.lapsed_for <= self.policy.takeover_grace else Turn.LOST

    def _mismatch(self) -> Turn:
        if self.redis.attempt > self.status.attempt:
            return Turn.SUPERSEDED
        return Turn.UNDISPATCHED if self.status.phase is Phase.QUEUED else Turn.EMPTIED

    @property
    def active_seconds(self) -> float:
        """Seconds of actual crawling, the current attempt included."""
        return round(self.status.active_seconds + self._attempt_seconds(), 3)

    def _attempt_seconds(self) -> float:
        """How long the current attempt has crawled: by Redis' clock where it is over, by ours while it runs."""
        if self.turn in (Turn.HELD, Turn.LAPSING) and not self._ended_at:
            since = self.status.active_since
            return max(0.0, (self.now - since).total_seconds()) if since else 0.0
        if self.turn is Turn.NONE or self.redis.started_at is None or self.redis.attempt != self.status.attempt:
            return 0.0
        end = self._ended_at or self.redis.updated_at or self.redis.started_at
        return max(0.0, (end - self.redis.started_at).total_seconds())

    @property
    def _ended_at(self) -> datetime | None:
        verdict, release = self.redis.verdict, self.redis.release
        if verdict is not None and not verdict.cancelled:
            return verdict.completed_at
        return release.at if release is not None else None

    def condition(self, kind: ConditionType) -> Condition | None:
        """The condition of this type as the resource has it."""
        return next((condition for condition in self.status.conditions if condition.type == kind), None)

    def stop_deadline(self, kind: ConditionType) -> datetime | None:
        """Until when a worker may take its time to stop; None: it was not asked to yet."""
        condition = self.condition(kind)
        if condition is None or condition.status is not ConditionStatus.UNKNOWN:
            return None
        return condition.last_transition_time + timedelta(seconds=self.policy.stop_grace)

    def patience_over(self, kind: ConditionType) -> bool:
        """Whether a worker that was asked to stop has had its time."""
        until = self.stop_deadline(kind)
        return until is not None and self.now >= until

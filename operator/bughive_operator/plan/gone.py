"""Rule ``deleted``: the resource is gone, or on its way out; its work stops at once."""

from datetime import datetime, timedelta

from bughive_operator.actions import Plan, StopWork, WakeAt
from bughive_operator.observation import Observation

RETRY = timedelta(seconds=5)


def gone(observation: Observation, now: datetime) -> Plan:
    """Remove the session from Redis, or look again soon where Redis is away (the sweep is the last resort)."""
    redis = observation.redis
    if redis is None:
        return Plan(wake=WakeAt(now + RETRY))
    known = redis.attempt or redis.leases or redis.verdict
    return Plan((StopWork(redis.attempt),)) if known else Plan()

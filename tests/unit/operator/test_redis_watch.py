"""What the poll of Redis leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from bughive_operator.clock import ManualClock
from bughive_operator.health import Heartbeat
from bughive_operator.lines import Lines
from bughive_operator.quota import Quota, Quotas
from bughive_operator.redis_watch import RedisWatch
from bughive_operator.sessions import Sessions
from bughive_protocol.control import Changes


class Told:
    """Redis, as far as a poll asks it."""

    def __init__(self) -> None:
        self.next = Changes("one", 0, (), ())
        self.expired: list[str] = []

    async def changes(self, _incarnation: str | None, _cursor: int) -> Changes:
        return self.next

    async def expired_leases(self) -> list[str]:
        return self.expired


@pytest.fixture
def sessions():
    sessions = Sessions(
        Lines(Quotas(Quota(2)), timedelta(minutes=10), lambda _: "crawl"), ManualClock(datetime(2026, 6, 1, tzinfo=UTC))
    )
    for uid in ("a", "b"):
        put(sessions, uid, 1, "Running")
    return sessions


def put(sessions, uid, version, phase):
    metadata = {"uid": uid, "namespace": "web", "name": uid, "generation": 1, "resourceVersion": str(version)}
    body = {"metadata": {**metadata, "creationTimestamp": "2026-06-01T00:00:00Z"}, "spec": {"url": "https://a.test/"}}
    assert sessions.put({**body, "status": {"phase": phase}})


async def test_what_has_ended_is_known_before_it_is_marked_and_until_its_resource_shows_it(sessions):
    told, marked = Told(), []
    watch = RedisWatch(told, sessions, lambda uid: marked.append((uid, watch.has_ended(uid))), Heartbeat())
    await watch.poll()
    marked.clear()
    told.next = Changes("one", 2, ("a", "b"), ("b",))
    await watch.poll()
    assert sorted(marked) == [("a", False), ("b", True)]
    told.next = Changes("one", 2, (), ())
    await watch.poll()
    assert watch.has_ended("b")
    put(sessions, "b", 2, "Completed")
    await watch.poll()
    assert not watch.has_ended("b")


async def test_a_session_that_is_gone_has_no_end_to_show(sessions):
    told = Told()
    told.next = Changes("one", 2, ("gone",), ("gone",))
    watch = RedisWatch(told, sessions, lambda _: None, Heartbeat())
    await watch.poll()
    assert not watch.has_ended("gone")

"""Redis dies, is emptied, runs full, drops everybody, or answers as a replica that takes no writes."""

import time
from contextlib import ExitStack

import pytest
import redis

from bughive_crds.crawl_session import Phase

from .installation import WORKERS
from .lasting import lasting


@pytest.mark.parametrize("seconds", [6, 60])
def test_killed_and_away(place, recovery, seconds) -> None:
    installation = place.installation
    session = place.begin("away", pages=100)
    before = session.recorded
    with lasting(seconds):
        installation.redis_server.kill()
        late = place.apply("late", pages=5)
    installation.redis_server.start()
    recovered = session.goes_on(time.monotonic(), pages=before + 3)
    late.ends_whole()
    recovery.note("kill -9 of Redis", recovered, session.ends_whole(), seconds)


def test_emptied_while_a_session_is_queued(place, recovery) -> None:
    installation = place.installation
    with installation.without(*WORKERS):
        session = place.apply("queued", pages=20)
        session.reaches(Phase.QUEUED)
        session.wait("is sent", lambda: installation.redis.hget(session.keys.fence, "sends"))
        installation.redis.flushall()
        at = time.monotonic()
        session.wait("is sent anew", lambda: installation.redis.hget(session.keys.fence, "sends"))
        recovered = time.monotonic() - at
    recovery.note("FLUSHALL while queued", recovered, session.ends_whole())


def test_emptied_while_a_session_runs(place, recovery) -> None:
    """What was found is lost with Redis; the crawl begins anew, and that is nobody's failure."""
    session = place.begin("running", pages=200)
    session.reaches(Phase.RUNNING)  # before the operator knows that it runs, the same attempt would be dispatched anew
    place.installation.redis.flushall()
    recovered = session.goes_on(time.monotonic(), pages=3)
    recovery.note("FLUSHALL while running", recovered, session.ends_whole(attempt=2))


def test_all_clients_are_killed(place, recovery) -> None:
    installation = place.installation
    session = place.begin("killed")
    before = session.recorded
    at = time.monotonic()
    for kind in ("normal", "pubsub"):
        installation.redis.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
    recovered = session.goes_on(at, pages=before + 3)
    late = place.apply("late", pages=5)
    late.ends_whole()
    recovery.note("CLIENT KILL of all", recovered, session.ends_whole())


def test_full(place, recovery) -> None:
    """Without eviction, commands that need memory are refused."""
    installation = place.installation
    session = place.begin("full")
    installation.redis.config_set("maxmemory", 1)
    try:
        with lasting(6):
            late = place.apply("late", pages=5)
        before = session.recorded
    finally:
        installation.redis.config_set("maxmemory", 0)
    recovered = session.goes_on(time.monotonic(), pages=before)
    late.ends_whole()
    recovery.note("Redis is full", recovered, session.ends_whole(), 6)


def test_a_replica_answers(place, recovery, private_redis) -> None:
    """As in a failover: for a while everybody is led to a server that takes no writes."""
    installation = place.installation
    replica = redis.Redis.from_url(private_redis.url)
    with replica:
        replica.replicaof("127.0.0.1", installation.redis_server.port)
        installation.wait("the replica is up to date", lambda: replica.info()["master_link_status"] == "up", 20)
    session = place.begin("replica")
    with ExitStack() as links, lasting(6):
        for link in installation.to_redis.values():
            links.enter_context(link.elsewhere(private_redis.port))
        late = place.apply("late", pages=5)
    before = session.recorded
    recovered = session.goes_on(time.monotonic(), pages=before)
    late.ends_whole()
    recovery.note("a replica answers that takes no writes", recovered, session.ends_whole(), 6)

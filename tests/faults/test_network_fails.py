"""The network between workers or operators and Redis or the API server: cut, half open, slow, or with a bad server."""

import time
from contextlib import ExitStack

import pytest

from .installation import OPERATORS
from .lasting import lasting


def begun_after(late, at: float) -> float:
    """When a session that was applied in the fault is begun, counted from its end."""
    late.wait("is begun", lambda: late.recorded)
    return time.monotonic() - at


def test_a_worker_is_cut_off_from_redis_for_5_s(place, recovery) -> None:
    session = place.begin("cut", pages=80)
    with place.installation.to_redis[session.worker()].cut(), lasting(5):
        before = session.recorded
    recovered = session.goes_on(time.monotonic(), pages=before + 3)
    recovery.note("worker - Redis: cut", recovered, session.ends_whole(), 5)


def test_a_worker_is_cut_off_from_redis_for_60_s(place, recovery) -> None:
    """Another one takes the session over meanwhile, and the first writes nothing when it is back."""
    session = place.begin("cut-off", act="pages?seconds=0.2", pages=300)
    with place.installation.to_redis[session.worker()].cut(), lasting(60):
        at, holder = time.monotonic(), session.holder()
        recovered = session.goes_on(at, pages=session.recorded + 3)
        assert session.holder() != holder
    status = session.ends_whole(attempt=2, failures=1)
    recovery.note("worker - Redis: cut for 60 s, from its beginning", recovered, status)


def test_a_workers_connections_to_redis_are_half_open(place, recovery) -> None:
    session = place.begin("half-open", pages=80)
    with place.installation.to_redis[session.worker()].silent(), lasting(5):
        before = session.recorded
    recovered = session.goes_on(time.monotonic(), pages=before + 3)
    status = session.ends_whole(attempt=None, failures=None)
    assert status.attempt - status.failures == 1
    recovery.note("worker - Redis: half open", recovered, status, 5)


def test_redis_is_500_ms_away(place, recovery) -> None:
    installation = place.installation
    with ExitStack() as links:
        for link in installation.to_redis.values():
            links.enter_context(link.slow(0.25))  # there, and back again
        at = time.monotonic()
        session = place.apply("slow", pages=20)
        session.wait("is begun", lambda: session.recorded)
        recovered = time.monotonic() - at
        recovery.note("everybody - Redis: 500 ms", recovered, session.ends_whole())


def test_the_operators_are_cut_off_from_redis(place, recovery) -> None:
    installation = place.installation
    session = place.begin("crawled", pages=80)
    with ExitStack() as links, lasting(5):
        for name in OPERATORS:
            links.enter_context(installation.to_redis[name].cut())
        late = place.apply("late", pages=5)
    recovered = begun_after(late, time.monotonic())
    late.ends_whole()
    recovery.note("operators - Redis: cut", recovered, session.ends_whole(), 5)


def test_the_leaders_connections_to_redis_are_half_open(place, recovery) -> None:
    installation = place.installation
    session = place.begin("crawled", pages=80)
    with installation.to_redis[installation.leader()].silent(), lasting(5):
        late = place.apply("late", pages=5)
    recovered = begun_after(late, time.monotonic())
    late.ends_whole()
    recovery.note("leader - Redis: half open", recovered, session.ends_whole(), 5)


def test_the_operators_are_cut_off_from_the_api_server(place, recovery) -> None:
    installation = place.installation
    session = place.begin("crawled", pages=80)
    with ExitStack() as links, lasting(5):
        for name in OPERATORS:
            links.enter_context(installation.to_api[name].cut())
        late = place.apply("late", pages=5)
    recovered = begun_after(late, time.monotonic())
    late.ends_whole()
    recovery.note("operators - API server: cut", recovered, session.ends_whole(), 5)


def test_the_operators_are_cut_off_from_everything_for_60_s(place, recovery) -> None:
    """Both end, for the Lease cannot be renewed, and are started in vain again and again."""
    installation = place.installation
    session = place.begin("crawled", pages=300)
    with ExitStack() as links, lasting(60):
        for name in OPERATORS:
            links.enter_context(installation.to_api[name].cut())
            links.enter_context(installation.to_redis[name].cut())
        late = place.apply("late", pages=5)
    recovered = begun_after(late, time.monotonic())
    late.ends_whole()
    recovery.note("operators - Redis and API server: cut", recovered, session.ends_whole(), 60)


def test_the_leaders_connections_to_the_api_server_are_half_open(place, recovery) -> None:
    """It ends, and the other one leads."""
    installation = place.installation
    leader = installation.leader()
    session = place.begin("crawled", pages=80)
    with installation.to_api[leader].silent():
        late = place.apply("late", pages=5)
        recovered = begun_after(late, time.monotonic())
        assert installation.leader() == installation.other(leader)
    late.ends_whole()
    recovery.note("leader - API server: half open, from its beginning", recovered, session.ends_whole())


def test_the_api_server_is_500_ms_away(place, recovery) -> None:
    installation = place.installation
    with ExitStack() as links:
        for link in installation.to_api.values():
            links.enter_context(link.slow(0.25))
        at = time.monotonic()
        session = place.apply("slow", pages=20)
        recovered = begun_after(session, at)
        recovery.note("operators - API server: 500 ms", recovered, session.ends_whole())


@pytest.mark.parametrize("status", [429, 500])
def test_the_api_server_refuses_every_call(place, recovery, status) -> None:
    installation = place.installation
    session = place.begin("crawled", pages=80)
    with installation.gateway.refusing(status), lasting(10):
        late = place.apply("late", pages=5)
    assert installation.gateway.refused
    recovered = begun_after(late, time.monotonic())
    late.ends_whole()
    recovery.note(f"API server: {status} to every call", recovered, session.ends_whole(), 10)


def test_every_watch_is_closed_after_a_second(place, recovery) -> None:
    installation = place.installation
    with installation.gateway.short_watches(1):
        installation.stop(installation.leader())
        installation.start_program(next(name for name in OPERATORS if installation.keeper.pid(name) is None))
        installation.wait_well()
        before = installation.gateway.watches
        at = time.monotonic()
        session = place.apply("watched", pages=80)
        recovered = begun_after(session, at)
        recovery.note("API server: each watch closed after 1 s", recovered, session.ends_whole())
        assert installation.gateway.watches > before + 3


def test_every_resource_version_is_too_old(place, recovery) -> None:
    """410 Gone to each watch: the list is read again, and again."""
    installation = place.installation
    with installation.gateway.gone():
        installation.stop(installation.leader())
        installation.start_program(next(name for name in OPERATORS if installation.keeper.pid(name) is None))
        installation.wait_well()
        at = time.monotonic()
        session = place.apply("listed", pages=20)
        recovered = begun_after(session, at)
        recovery.note("API server: 410 to each watch", recovered, session.ends_whole())
        assert installation.gateway.refused


def test_a_watch_that_goes_stale_is_noticed(place, recovery) -> None:
    """One that tells of nothing for 70 s is begun anew. The sweep, each five minutes, is the last resort."""
    installation = place.installation
    with installation.gateway.stale_watches():
        at, before = time.monotonic(), installation.gateway.lost
        late = place.apply("late", pages=5)
        installation.wait("its event is lost", lambda: installation.gateway.lost > before)
    recovered = begun_after(late, at)
    recovery.note("API server: stale watch, from its beginning", recovered, late.ends_whole())

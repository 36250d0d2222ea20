import asyncio
from datetime import UTC, datetime

import pytest

from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.retry_after import parse_retry_after

SITE = "https://shop.example/"


class Clock:
    """Time that passes only where somebody sleeps: the sleeper that wakes first goes on first."""

    def __init__(self):
        self.now = 100.0
        self._sleepers = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        wake = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, len(self._sleepers), wake))
        await wake

    async def run(self, *coroutines):
        tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
        while not all(task.done() for task in tasks):
            for _ in range(5):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort()
                self.now, _, wake = self._sleepers.pop(0)
                wake.set_result(None)
        return [task.result() for task in tasks]


@pytest.fixture
def clock():
    return Clock()


def pacer(clock, rate=2):
    return HostPacer(rate, clock=clock, sleep=clock.sleep)


async def begun(pacer, clock, url=SITE):
    await pacer.turn(url)
    return clock.now - 100


async def test_turns_of_one_host_are_evenly_spaced(clock):
    hosts = pacer(clock)
    assert await clock.run(*(begun(hosts, clock) for _ in range(4))) == [0, 0.5, 1, 1.5]


async def test_hosts_do_not_wait_for_each_other(clock):
    hosts = pacer(clock)
    urls = [SITE, "https://other.example/", "https://shop.example:8443/"]
    assert await clock.run(*(begun(hosts, clock, url) for url in urls)) == [0, 0, 0]


async def test_time_that_passed_unused_is_not_saved_up(clock):
    hosts = pacer(clock)
    await hosts.turn(SITE)
    clock.now += 60
    assert await clock.run(*(begun(hosts, clock) for _ in range(3))) == [60, 60.5, 61]


async def test_a_pause_holds_for_those_who_wait_already(clock):
    hosts = pacer(clock)

    async def complain():
        await clock.sleep(0.4)
        hosts.slow_down(SITE, 10)

    turns = await clock.run(*(begun(hosts, clock) for _ in range(3)), complain())
    assert turns[0] == 0
    assert min(turns[1:3]) >= 10.4
    assert abs(turns[2] - turns[1]) >= 0.5


async def test_each_complaint_halves_the_rate_and_it_recovers_slowly(clock):
    hosts = pacer(clock)
    hosts.slow_down(SITE, 1)
    assert hosts.interval(SITE) == 1
    hosts.slow_down(SITE, 1)  # the answer to a request that was under way
    assert hosts.interval(SITE) == 1
    clock.now += 2
    hosts.slow_down(SITE, 1)
    assert hosts.interval(SITE) == 2
    await clock.run(*(begun(hosts, clock) for _ in range(10)))
    assert 1 < hosts.interval(SITE) < 2
    await clock.run(*(begun(hosts, clock) for _ in range(50)))
    assert hosts.interval(SITE) == 0.5


async def test_a_pause_is_bounded_and_has_a_default(clock):
    hosts = pacer(clock)
    hosts.slow_down(SITE)
    assert hosts.pause_left(SITE) == 5
    hosts.slow_down(SITE, 1e9)
    assert hosts.pause_left(SITE) == 300
    assert await clock.run(begun(hosts, clock)) == [300]
    assert hosts.pause_left(SITE) == 0


async def test_the_rate_never_falls_below_one_a_minute(clock):
    hosts = pacer(clock)
    for _ in range(50):
        hosts.slow_down(SITE, 0)
        clock.now += 1
    assert hosts.interval(SITE) == 60


async def test_robots_crawl_delay_is_kept_where_it_is_slower(clock):
    hosts = pacer(clock)
    hosts.set_delay(SITE, 3)
    assert await clock.run(*(begun(hosts, clock) for _ in range(2))) == [0, 3]
    hosts.set_delay("https://other.example/", 0.1)
    assert hosts.interval("https://other.example/") == 0.5
    hosts.set_delay(SITE, 86_400)
    assert hosts.interval(SITE) == 60


async def test_idle_hosts_are_forgotten_and_slow_ones_are_not(clock):
    hosts = pacer(clock)
    hosts.slow_down(SITE, 1)
    for n in range(5000):
        await hosts.turn(f"https://h{n}.example/")
        clock.now += 1
    assert hosts.interval(SITE) == 1
    assert len(hosts._lanes) <= 4096


NOW = datetime(2026, 5, 12, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999", 999999999),
        ("Tue, 12 May 2026 12:01:00 GMT", 60),
        ("Tue, 12 May 2026 12:01:00 +0000", 60),
        ("Tue, 12 May 2026 11:59:00 GMT", 0),
        ("Tuesday, 12-May-26 12:01:00 GMT", 60),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, seconds):
    assert parse_retry_after(value, NOW) == seconds

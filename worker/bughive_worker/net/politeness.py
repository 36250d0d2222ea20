"""How fast each host is asked."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bughive_protocol.pace import MemoryPace, Pace
from bughive_worker.net.fetched import Fetched
from bughive_worker.net.link_verdict import asks_to_slow_down
from bughive_worker.net.retry_after import parse_retry_after
from bughive_worker.net.urls import split_authority

_LONGEST_PAUSE = 300.0
_DEFAULT_PAUSE = 5.0
_SLOWEST = 60.0
_RECOVERY = 0.95
_MOST_HOSTS = 4096


@dataclass(slots=True)
class _Lane:
    """What is known of one host; times and intervals in seconds."""

    host: str
    usual: float
    interval: float
    paused_until: float = 0
    used_at: float = 0

    def next_interval(self) -> float:
        """How long to leave the host alone after this turn. Each wins back a twentieth of what was lost."""
        interval = self.interval
        self.interval = max(self.usual, interval * _RECOVERY)
        return interval


class HostPacer:
    """Hands out turns: at most ``requests_per_second`` for one host and port, evenly spaced, first come first served.

    The line is shared by all who have the same ``pace``: with the one in Redis, all shards and sessions.
    """

    def __init__(
        self,
        requests_per_second: float,
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._usual = 1 / requests_per_second
        self._pace = MemoryPace(clock) if pace is None else pace
        self._clock = clock
        self._sleep = sleep
        self._lanes: dict[tuple[str, int], _Lane] = {}

    async def turn(self, url: str) -> None:
        """Wait until the URL's host may be asked again. A pause that begins meanwhile is waited for too."""
        lane = self._lane(url)
        while True:
            lane.used_at = self._clock()
            pause = max(0.0, lane.paused_until - lane.used_at)
            wait = await self._pace.take(lane.host, lane.next_interval(), pause)
            if wait > 0:
                await self._sleep(wait)
            if lane.paused_until <= self._clock():
                return

    def slow_down(self, url: str, seconds: float | None = None) -> None:
        """The host said it is too much (429, 503): pause for ``seconds``, and go on at half the rate.

        Without a number the pause is 5 seconds; more than 300 are not waited for. The rate recovers slowly.
        """
        lane, now = self._lane(url), self._clock()
        if now >= lane.paused_until:  # answers to requests that were under way together are one complaint
            lane.interval = min(lane.interval * 2, max(_SLOWEST, lane.usual))
        pause = _DEFAULT_PAUSE if seconds is None else min(seconds, _LONGEST_PAUSE)
        lane.paused_until = max(lane.paused_until, now + pause)

    def heed(self, answer: Fetched, now: datetime) -> None:
        """Slow down where the answer asks for it; ``now`` is for a Retry-After that names a moment."""
        if asks_to_slow_down(answer):
            self.slow_down(answer.url, parse_retry_after(answer.headers.get("retry-after"), now))

    def set_delay(self, url: str, seconds: float) -> None:
        """Keep at least this distance between requests to the URL's host (robots.txt's Crawl-delay), 60 at most."""
        lane = self._lane(url)
        lane.usual = max(self._usual, min(seconds, _SLOWEST))
        lane.interval = max(lane.interval, lane.usual)

    def pause_left(self, url: str) -> float:
        """Seconds until the pause that the URL's host asked for is over; 0 without one."""
        return max(0.0, self._lane(url).paused_until - self._clock())

    def interval(self, url: str) -> float:
        """Seconds between two requests to the URL's host as things stand."""
        return self._lane(url).interval

    def _lane(self, url: str) -> _Lane:
        key = split_authority(url)
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= _MOST_HOSTS:
                self._forget_idle()
            lane = self._lanes[key] = _Lane("{}:{}".format(*key), self._usual, self._usual)
        return lane

    def _forget_idle(self) -> None:
        now = self._clock()
        usual = self._usual
        self._lanes = {
            key: lane
            for key, lane in self._lanes.items()
            if max(lane.used_at + lane.interval, lane.paused_until) > now or lane.interval > usual
        }

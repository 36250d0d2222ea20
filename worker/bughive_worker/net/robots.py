"""robots.txt by RFC 9309, once for each host and port."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin

from protego import Protego

from bughive_worker.net.fetch import Fetcher
from bughive_worker.net.fetched import Fetched
from bughive_worker.net.urls import canonical, split_authority, without_fragment

AGENT = "BugHive"
"""The product token that robots.txt may name."""
_MOST_BYTES = 512_000  # the RFC asks for 500 KiB at least
_TRIES = 3
_MOST_HOSTS = 256
_MOST_SITEMAPS = 50
_NOT_SAYING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What one robots.txt says."""

    parser: Protego | None = None
    """None: there are no rules."""
    agent: str = AGENT
    problem: str | None = None
    """Why the file could not be read. Nothing may be visited then; says what to do."""
    sitemaps: tuple[str, ...] = ()
    """Canonical URLs."""

    def allowed(self, url: str) -> bool:
        """Whether a canonical URL of this host may be visited."""
        if self.problem is not None:
            return False
        return self.parser is None or bool(self.parser.can_fetch(without_fragment(url), self.agent))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests, where the file asks for it."""
        delay = None if self.parser is None else self.parser.crawl_delay(self.agent)
        return None if delay is None or delay < 0 else float(delay)


class Robots:
    """The rules of every host that is asked for, read once and remembered.

    As the RFC says: an answer of 4xx means that there are no rules; 5xx or no answer at all, also at the third
    try, means that nothing may be visited, and ``RobotsRules.problem`` tells why. 429 and 408 are taken for "not now"
    rather than for "no rules".
    """

    def __init__(
        self, fetcher: Fetcher, *, agent: str = AGENT, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._fetcher = fetcher
        self._agent = agent
        self._sleep = sleep
        self._rules: dict[tuple[str, int], asyncio.Task[RobotsRules]] = {}

    async def rules(self, url: str) -> RobotsRules:
        """The rules for a canonical URL's host. Callers at the same time share one request."""
        key = split_authority(url)
        task = self._rules.get(key)
        if task is None or task.cancelled():
            if len(self._rules) >= _MOST_HOSTS:
                del self._rules[next(iter(self._rules))]
            task = self._rules[key] = asyncio.ensure_future(self._read(urljoin(url, "/robots.txt")))
        return task.result() if task.done() else await asyncio.shield(task)  # asked for each link of each page

    async def _read(self, url: str) -> RobotsRules:
        fetched = await self._fetcher.get(url, body_limit=_MOST_BYTES)
        for attempt in range(1, _TRIES):
            if _conclusive(fetched):
                break
            await self._sleep(attempt)
            fetched = await self._fetcher.get(url, body_limit=_MOST_BYTES)
        return rules_of(fetched, url, self._agent)


def rules_of(fetched: Fetched, url: str, agent: str = AGENT) -> RobotsRules:
    """What the answer to a request for robots.txt means."""
    if not _conclusive(fetched):
        answer = fetched.message or f"it answers {fetched.status}"
        problem = (
            f"{url} cannot be read ({answer}), which forbids everything (RFC 9309). "
            "Try again later, or set spec.scope.respectRobotsTxt to false if the site is yours."
        )
        return RobotsRules(agent=agent, problem=problem)
    if fetched.status != HTTPStatus.OK:
        return RobotsRules(agent=agent)
    parser = Protego.parse(fetched.body.decode("utf-8-sig", "replace"))
    sitemaps = (canonical(sitemap, url) for sitemap in list(parser.sitemaps)[:_MOST_SITEMAPS])
    return RobotsRules(parser, agent, sitemaps=tuple(dict.fromkeys(found for found in sitemaps if found)))


def _conclusive(fetched: Fetched) -> bool:
    status = fetched.status
    return status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NOT_SAYING

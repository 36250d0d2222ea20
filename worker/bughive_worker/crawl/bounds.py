"""Which of the URLs that pages lead to are visited, now or late, which are only checked, and which are let be."""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_worker.login.redaction import REDACTED
from bughive_worker.net.logout import logs_out
from bughive_worker.net.robots import Robots, RobotsRules
from bughive_worker.net.scope import Scope
from bughive_worker.net.traps import RULES, TrapGuard, TrapRule


class Use(Enum):
    """What is done with a URL."""

    VISIT = "visit"
    VISIT_LATE = "visit late"
    """Once nothing else is left: more than enough of its sort come before it, but their number has an end."""
    CHECK = "check"
    """See whether it answers, without the browser."""
    LEAVE = "leave"
    """Do not touch it."""

    @property
    def is_visit(self) -> bool:
        """Whether the browser opens it, now or late."""
        return self in (Use.VISIT, Use.VISIT_LATE)

    @property
    def is_late(self) -> bool:
        """Whether it is visited once nothing else is left."""
        return self is Use.VISIT_LATE


class Origin(Enum):
    """Where a URL was seen."""

    PAGE = "page"
    LATE_PAGE = "late page"
    """A page that was visited late: what it leads to in the same manner may go on for ever."""
    SITEMAP = "sitemap"
    """The site itself says that this is a page."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is done with a URL, and why, where it is a page of the site that is not visited."""

    use: Use
    why: str | None = None


_COMES_LATE = {
    Origin.PAGE: frozenset((TrapRule.NUMBERS, TrapRule.PAGINATION)),
    Origin.LATE_PAGE: frozenset[TrapRule](),
    Origin.SITEMAP: frozenset(RULES.values()),
}
"""Of which sorts more than the bound are visited, late."""


class Bounds:
    """One session's scope, robots.txt, depth and traps as one decision."""

    def __init__(self, spec: CrawlSessionSpec, robots: Robots | None) -> None:
        """Without ``robots``, robots.txt is not asked. Raises InvalidSpec where the scope makes no sense."""
        self.scope = Scope.from_spec(spec)
        self._robots = robots
        self._traps = TrapGuard(spec.scope.max_pages, spec.shards)
        self._max_depth = spec.scope.max_depth
        self._logged_in = spec.auth is not None

    async def rule(self, url: str, depth: int, origin: Origin = Origin.PAGE, text: str = "") -> Ruling:
        """Decide on a canonical URL that is ``depth`` links away from the start page. ``text``: what its link says."""
        if (off_limits := self._off_limits(url, text)) is not None:
            return off_limits
        if not self.scope.in_site(url):
            return Ruling(Use.CHECK)
        if not (await self.rules(url)).allowed(url):
            return Ruling(Use.LEAVE, "robots.txt")
        if not self.scope.admits(url):
            return Ruling(Use.CHECK)
        if depth > self._max_depth:
            return Ruling(Use.CHECK, "maxDepth")
        return _by_traps(self._traps.refuses(url), origin)

    def must_not_ask(self, url: str, text: str = "") -> bool:
        """Whether no request at all may be made for a canonical URL: it logs out, or has a secret in it."""
        return REDACTED in url or (self._logged_in and url != self.scope.start and logs_out(url, text))

    def _off_limits(self, url: str, text: str) -> Ruling | None:
        if self.must_not_ask(url, text):
            return Ruling(Use.LEAVE, None if REDACTED in url else "logout")
        if url != self.scope.start and self.scope.in_site(url) and any(g.matches(url) for g in self.scope.exclude):
            return Ruling(Use.LEAVE)  # "never visit" means no request at all: it may delete
        return None

    async def rules(self, url: str) -> RobotsRules:
        """What robots.txt of the URL's host says; where nobody asks, everything is allowed."""
        return await self._robots.rules(url) if self._robots else RobotsRules()

    def remember(self, url: str) -> None:
        """Count a page that an earlier attempt visited, so that the bounds on traps hold over all attempts."""
        self._traps.refuses(url)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Where a site's sitemap is by custom."""
        parts = urlsplit(self.scope.start)
        return (f"{parts.scheme}://{parts.netloc}/sitemap.xml",)


def _by_traps(rule: TrapRule | None, origin: Origin) -> Ruling:
    if rule is None:
        return Ruling(Use.VISIT)
    if rule is TrapRule.TRAILING_SLASH:
        return Ruling(Use.CHECK)
    return Ruling(Use.VISIT_LATE) if rule in _COMES_LATE[origin] else Ruling(Use.LEAVE, rule)

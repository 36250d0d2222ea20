"""Which of the URLs that pages lead to are visited, which are only checked, and which are let be."""

from enum import Enum
from urllib.parse import urlsplit

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_worker.net.robots import Robots, RobotsRules
from bughive_worker.net.scope import Scope
from bughive_worker.net.traps import TrapGuard, TrapRule


class Use(Enum):
    """What is done with a URL."""

    VISIT = "visit"
    CHECK = "check"
    """See whether it answers, without the browser."""
    LEAVE = "leave"
    """Do not touch it."""


_USES = {None: Use.VISIT, TrapRule.TRAILING_SLASH: Use.CHECK}
"""By what the guard against traps says; whatever else it says, the URL is let be."""


class Bounds:
    """One session's scope, robots.txt, depth and traps as one decision."""

    def __init__(self, spec: CrawlSessionSpec, robots: Robots | None) -> None:
        """Without ``robots``, robots.txt is not asked. Raises InvalidSpec where the scope makes no sense."""
        self.scope = Scope.from_spec(spec)
        self._robots = robots
        self._traps = TrapGuard(spec.scope.max_pages)
        self._max_depth = spec.scope.max_depth

    async def use(self, url: str, depth: int) -> Use:
        """Decide on a canonical URL that is ``depth`` links away from the start page."""
        if not self.scope.in_site(url):
            return Use.CHECK
        if any(glob.matches(url) for glob in self.scope.exclude) and url != self.scope.start:
            return Use.LEAVE  # "never visit" means no request at all: what is behind it may log out or delete
        if not (await self.rules(url)).allowed(url):
            return Use.LEAVE
        if depth > self._max_depth or not self.scope.admits(url):
            return Use.CHECK
        return _USES.get(self._traps.refuses(url), Use.LEAVE)

    async def rules(self, url: str) -> RobotsRules:
        """What robots.txt of the URL's host says; where nobody asks, everything is allowed."""
        return await self._robots.rules(url) if self._robots else RobotsRules()

    def remember(self, url: str) -> None:
        """Count a page that an earlier attempt visited, so that the bounds on traps hold over all attempts."""
        self._traps.refuses(url)

    @property
    def left_out(self) -> dict[str, int]:
        """How many URLs each rule against endless sites kept out, by the rule's name."""
        return {str(rule): count for rule, count in self._traps.skipped.items()}

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Where a site's sitemap is by custom."""
        parts = urlsplit(self.scope.start)
        return (f"{parts.scheme}://{parts.netloc}/sitemap.xml",)

"""The frontier: which pages and links of one session are waiting, claimed or done.

The crawl knows it only as the ``Frontier`` protocol. ``memory_store`` serves one process,
``redis_store`` any number of workers. All writes of the Redis one carry the caller's fence
and raise ``FenceLost`` where it is stale.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from bughive_crds.crawl_session import BugCounts
from bughive_protocol.finding import Finding, RecordedFinding


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Via(StrEnum):
    """How a page became known."""

    START = "start"
    LINK = "link"
    SITEMAP = "sitemap"
    REDIRECT = "redirect"


class FrontierItem(_Frozen):
    """A page to visit."""

    url: str
    """Canonical."""
    depth: int
    """Links from the start page; 0 is the start page. Pages are claimed in order of depth, then of discovery."""
    via: Via = Via.LINK
    referrer: str | None = None
    """The page it was first linked from."""


class Claim(_Frozen):
    """A page that this shard has claimed and must record or give back."""

    item: FrontierItem
    tries: int
    """1 at the first claim. A page whose claimant died twice is not claimed again but recorded as CrashedWorker."""


class LinkItem(_Frozen):
    """A URL to check without visiting it."""

    url: str
    source: str
    """A page that links to it."""
    text: str = ""
    """The link's text or the image's alternative text."""
    selector: str | None = None
    is_asset: bool = False
    """An image, script or style rather than a link."""


class PageEnd(StrEnum):
    """How a visit ended. Everything but LOADED counts as a failed page."""

    LOADED = "Loaded"
    TIMED_OUT = "TimedOut"
    """The document did not arrive or the page hung."""
    TOO_LARGE = "TooLarge"
    DOWNLOAD = "Download"
    """The URL is a file to save, not a page. Not a failure."""
    REDIRECTED_AWAY = "RedirectedAway"
    """Redirected to a URL that is out of scope, or known already. Not a failure."""
    REDIRECT_LOOP = "RedirectLoop"
    CRASHED = "Crashed"
    """The renderer or the browser died on this page."""
    BAD_TLS = "BadTLS"
    DNS_FAILURE = "DNSFailure"
    UNREACHABLE = "Unreachable"
    """Refused, reset or closed connection."""
    REFUSED = "Refused"
    """The egress guard forbade the address."""
    CRASHED_WORKER = "CrashedWorker"
    """Two workers died while they had this page."""

    @property
    def failed(self) -> bool:
        """Whether the page could not be crawled."""
        return self not in (PageEnd.LOADED, PageEnd.DOWNLOAD, PageEnd.REDIRECTED_AWAY)


class PageResult(_Frozen):
    """What became of one page; one per claimed URL for ever."""

    url: str
    final_url: str | None = None
    end: PageEnd
    status: int | None = None
    """The HTTP status of the document."""
    depth: int = 0
    via: Via = Via.LINK
    referrer: str | None = None
    title: str | None = None
    description: str | None = None
    """The meta description."""
    canonical: str | None = None
    template: str | None = None
    links: int = 0
    """How many different pages it links to."""
    duration_ms: int = 0
    error: str | None = None


class Template(_Frozen):
    """A DOM template that was seen: its id and the features pages are compared by."""

    id: str
    features: tuple[int, ...]


class OutboxEntry(_Frozen):
    """Something to send because a page was recorded. It is sent at least once, so sending it must be idempotent."""

    kind: str
    """What sends it, such as ``ticket``."""
    body: str
    """What the sender needs, as JSON; ids, never a secret."""


class PageRecord(_Frozen):
    """All that follows from one visit. It is written as one, or not at all."""

    page: PageResult
    findings: tuple[Finding, ...] = ()
    discovered: tuple[FrontierItem, ...] = ()
    """Pages in scope that it links to."""
    links: tuple[LinkItem, ...] = ()
    """Links and assets to check."""
    template: Template | None = None
    """The template that was fully inspected on this page, if one was."""
    outbox: tuple[OutboxEntry, ...] = ()
    """What is to be sent once the page is recorded."""
    recorded_at: datetime


class LinkVerdict(StrEnum):
    """Whether a link leads somewhere."""

    OK = "ok"
    BROKEN = "broken"
    UNVERIFIABLE = "unverifiable"
    """The server would not tell a robot (401, 403, 429, a time-out ...)."""


class LinkResult(_Frozen):
    """What a link check found."""

    url: str
    verdict: LinkVerdict
    status: int | None = None
    error: str | None = None


class LinkRecord(_Frozen):
    """One link check and the finding that follows from it, if any."""

    result: LinkResult
    finding: Finding | None = None


class Counts(_Frozen):
    """The session in numbers."""

    discovered: int = 0
    """Pages known, in whatever state."""
    pending: int = 0
    claimed: int = 0
    crawled: int = 0
    """Pages recorded, the failed ones among them."""
    failed: int = 0
    links_pending: int = 0
    links_claimed: int = 0
    bugs: int = 0
    """Different fingerprints recorded."""
    by_severity: BugCounts = BugCounts()
    """The same, by severity."""


class Frontier(Protocol):
    """The frontier of one session as one shard sees it.

    Limits (most pages to claim, most URLs to know) are given to the constructor.
    """

    async def add(self, items: Sequence[FrontierItem]) -> int:
        """Make pages known; URLs that are known already are left as they are. Returns how many were new."""
        ...

    async def claim_pages(self, limit: int) -> list[Claim]:
        """Claim up to ``limit`` pages, shallowest first. Empty: nothing is pending, or maxPages are claimed or done."""
        ...

    async def claim_links(self, limit: int) -> list[LinkItem]:
        """Claim up to ``limit`` links to check. A link to a page that was recorded is not checked."""
        ...

    async def give_back(self) -> None:
        """Return all that this shard has claimed and not recorded; it does not count as a try."""
        ...

    async def record_page(self, record: PageRecord) -> tuple[str, ...]:
        """Write a page with all that follows from it, once: a second record of one URL changes nothing.

        Returns the fingerprints that are new to the session.
        """
        ...

    async def record_links(self, records: Sequence[LinkRecord]) -> tuple[str, ...]:
        """Write link checks; the second record of one link changes nothing. Returns new fingerprints."""
        ...

    async def templates(self) -> list[Template]:
        """Every template that was fully inspected so far."""
        ...

    async def counts(self) -> Counts:
        """The session in numbers, of one moment."""
        ...


class Findings(Protocol):
    """What a session has found so far."""

    async def known(self, fingerprints: Sequence[str]) -> set[str]:
        """Which of these are recorded."""
        ...

    async def add(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Record the site oracles' findings, once each. Only the finisher calls this. Returns the new ones."""
        ...

    async def all(self) -> list[RecordedFinding]:
        """Every finding, in no particular order."""
        ...

    async def pages(self) -> list[PageResult]:
        """Every recorded page, in no particular order."""
        ...

    async def links(self) -> list[LinkResult]:
        """Every link that was checked, in no particular order."""
        ...


class Images(Protocol):
    """Pictures of findings, by fingerprint: JPEG bytes."""

    async def put(self, fingerprint: str, jpeg: bytes) -> bool:
        """Keep a picture if there is none and there is room. Returns whether it was kept."""
        ...

    async def get(self, fingerprint: str) -> bytes | None:
        """The picture, if there is one."""
        ...

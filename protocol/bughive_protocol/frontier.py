"""What a session's frontier holds: pages and links that wait, what became of them, and the session in numbers."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bughive_crds.analysis import AnalysisStatus
from bughive_crds.crawl_session import BugCounts
from bughive_protocol.finding import Finding


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


_LATE = 1_000_000
"""More than any depth."""


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
    late: bool = False
    """More than enough pages of its sort were seen before it: it is claimed after all pages that are not late."""

    @property
    def rank(self) -> int:
        """Where it stands in line; among equals the order of discovery decides."""
        return self.depth + (_LATE if self.late else 0)


class LeftOut(_Frozen):
    """A page of the site that is not visited."""

    url: str
    why: str
    """``robots.txt``, ``maxDepth``, or which rule against endless sites."""


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
    inspected: bool = False
    """Whether it was looked at fully, as the first page of its template is."""
    analyzed: bool = False
    """Whether the language model's answer about it is among what was found."""
    links: int = 0
    """How many different pages it links to."""
    duration_ms: int = 0
    error: str | None = None
    reused_from: datetime | None = None
    """When an earlier session saw what is told of this page, whose document is unchanged; None: it was visited."""


class Template(_Frozen):
    """A DOM template that was seen: its id and the features pages are compared by."""

    id: str
    features: tuple[int, ...]
    traits: tuple[str, ...] = ()
    """What the inspected page had; a page of this template with further traits may be inspected too."""
    variant_of: str | None = None
    """The template whose further page this was; None: its first."""
    page: str = ""
    """The URL of the page that shows it, and that is inspected for it."""
    inspected: bool = True
    """False: that page is still to be inspected. If the worker that has it dies, whoever gets the page does it."""


class PageRecord(_Frozen):
    """All that follows from one visit. It is written as one, or not at all."""

    page: PageResult
    findings: tuple[Finding, ...] = ()
    discovered: tuple[FrontierItem, ...] = ()
    """Pages in scope that it links to."""
    links: tuple[LinkItem, ...] = ()
    """Links and assets to check."""
    left_out: tuple[LeftOut, ...] = ()
    """Pages that it links to and that are not visited."""
    template: Template | None = None
    """The template that was fully inspected on this page, if one was."""
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
    reused: int = 0
    """Pages recorded by what an earlier session saw of them."""
    left_out: int = 0
    """Pages that are not visited by a rule; exact up to ``limits.MAX_LEFT_OUT``."""
    links_pending: int = 0
    links_claimed: int = 0
    bugs: int = 0
    """Different fingerprints recorded that nothing ignores."""
    by_severity: BugCounts = BugCounts()
    """The same, by severity."""
    analysis: AnalysisStatus | None = None
    """What the language model was asked; None where nobody asked or tried to."""

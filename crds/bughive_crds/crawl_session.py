"""The ``CrawlSession`` kind: one crawl of one site, from request to verdict."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from bughive_crds.analysis import AnalysisSpec, AnalysisStatus
from bughive_crds.auth import AuthSpec
from bughive_crds.model import ApiModel, Rule, Severity
from bughive_crds.text import (
    BugKind,
    DetectorName,
    Fingerprint,
    Glob,
    HeaderName,
    HeaderValue,
    Host,
    HttpUrl,
    Locale,
    Selector,
    UserAgent,
)
from bughive_crds.tickets import TicketsSpec
from bughive_crds.webhooks import MAX_WEBHOOKS, WebhookSpec

MIN_REQUESTS_PER_SECOND = 0.1
MAX_SHARDS = 16

SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization")
"""Headers that carry secrets; a resource is no place for them."""
CONNECTION_HEADERS = (
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)
"""Headers by which client, proxy and server understand each other's bytes, as by all that begin with ``proxy-``."""


class Phase(StrEnum):
    """Where a session is in its life. Completed, Failed and Cancelled are final."""

    PENDING = "Pending"
    QUEUED = "Queued"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def terminal(self) -> bool:
        """Whether the session is over for good."""
        return self in (Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED)


class Outcome(StrEnum):
    """The verdict: Passed or BugsFound when Completed, Error when Failed, absent when Cancelled."""

    PASSED = "Passed"
    BUGS_FOUND = "BugsFound"
    ERROR = "Error"


class Priority(StrEnum):
    """Which sessions go first while more are waiting than may run."""

    LOW = "Low"
    NORMAL = "Normal"
    HIGH = "High"
    URGENT = "Urgent"


class Screenshots(StrEnum):
    """Which pictures are taken: none, one of each bug's first example, or these and one of each visited page."""

    NONE = "None"
    FINDINGS = "Findings"
    ALL = "All"


class ScopeSpec(ApiModel):
    """Which pages of the site are visited."""

    max_pages: Annotated[int, Field(ge=1, le=100_000)] = 100
    """The most pages to visit. Each page that is begun counts, also one that fails."""
    max_depth: Annotated[int, Field(ge=0, le=100)] = 10
    """How many links away from the start page a page may be. 0 visits the start page alone."""
    include: Annotated[tuple[Glob, ...], Field(max_length=50)] = ()
    """Visit only URLs that match one of these globs, such as `https://shop.example/blog/*` or `/blog/*`;
    `*` matches any characters. Empty means every URL of the hosts. The start page is always visited."""
    exclude: Annotated[tuple[Glob, ...], Field(max_length=50)] = ()
    """Never visit URLs that match one of these globs. Exclude wins over include."""
    hosts: Annotated[tuple[Host, ...], Field(max_length=50)] = ()
    """Further hosts that belong to the site, such as `www.shop.example` or `*.shop.example`.
    The start URL's own host always belongs to it."""
    respect_robots_txt: bool = True
    """Whether robots.txt decides which pages may be visited, and its Crawl-delay how fast."""
    sitemap: bool = True
    """Whether the pages named in the site's sitemap are visited too."""


def is_of_the_connection(header: str) -> bool:
    """Whether a header, by its name, is none that anybody may add to a request."""
    return header.lower() in CONNECTION_HEADERS or header.lower().startswith("proxy-")


class BrowserSpec(ApiModel):
    """How the browser presents itself and behaves."""

    rules = (
        Rule(
            cel=f"!has(self.headers) || self.headers.all(name, !(name.lowerAscii() in {list(SECRET_HEADERS)}))",
            holds=lambda browser: not any(name.lower() in SECRET_HEADERS for name in browser.headers),
            message="headers must not carry Authorization, Cookie or Proxy-Authorization: a resource is no place for a "
            "secret. Put it into a Secret and name that in auth, with type Basic, Bearer, Header or Cookie",
        ),
        Rule(
            cel="!has(self.headers) || self.headers.all(name, !name.lowerAscii().startsWith('proxy-')"
            f" && !(name.lowerAscii() in {list(CONNECTION_HEADERS)}))",
            holds=lambda browser: not any(is_of_the_connection(name) for name in browser.headers),
            message="headers must not carry Host, Connection, Keep-Alive, Content-Length, Transfer-Encoding, TE, "
            "Trailer, Upgrade, Expect or Proxy-...: the browser sets these for each request. Leave them out; to crawl "
            "another host, set url",
        ),
        Rule(
            cel="!has(self.headers) || self.headers.all(name, name.matches(r'^[A-Za-z0-9-]+$'))",
            holds=lambda browser: all(re.fullmatch(r"[A-Za-z0-9-]+", name) for name in browser.headers),
            message="headers' names may have letters, digits and dashes only",
        ),
        # The API server casts `minimum: 0.1` to an integer when the value is one, and so lets 0 pass.
        Rule(
            cel=f"!has(self.requestsPerSecond) || self.requestsPerSecond >= {MIN_REQUESTS_PER_SECOND}",
            holds=lambda browser: browser.requests_per_second >= MIN_REQUESTS_PER_SECOND,
            message=f"requestsPerSecond must be at least {MIN_REQUESTS_PER_SECOND}",
        ),
    )

    locale: Locale = "en-US"
    """The language the browser asks for, as a BCP 47 tag such as `en-US` or `de`."""
    user_agent: UserAgent | None = None
    """The User-Agent to send. By default the browser's own with `BugHive` appended."""
    headers: Annotated[dict[HeaderName, HeaderValue], Field(default_factory=dict, max_length=20)]
    """Extra headers for every request to the site's own hosts. Authorization and Cookie are refused, as a resource is
    no place for a secret (`auth` takes them from one), and so are Host, Connection, Content-Length and the like.
    Reports show the names alone."""
    requests_per_second: Annotated[float, Field(le=1000)] = 5
    """The most pages and link checks begun per second against one host, 0.1 at least. Sessions that crawl the same
    host take turns, so it is never asked faster. A 429 or Retry-After slows this further."""
    page_timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 20
    """How long one page may take to load before it is recorded as timed out, in seconds."""
    dismiss: Annotated[tuple[Selector, ...], Field(max_length=20)] = ()
    """CSS selectors of consent banners' buttons. Each that is visible is clicked once per page."""
    mask: Annotated[tuple[Selector, ...], Field(max_length=20)] = ()
    """CSS selectors of private parts of pages, which are black in pictures. What is inside an iframe goes with the
    iframe. Texts that a bug's evidence quotes are not masked."""


class Ignore(ApiModel):
    """Bugs that are shown in the report and not counted: all that match every one of fingerprint, kind and url."""

    rules = (
        Rule(
            cel="has(self.fingerprint) || has(self.kind) || has(self.url)",
            holds=lambda ignore: bool(ignore.fingerprint or ignore.kind or ignore.url),
            message="ignore needs a fingerprint, a kind or a url: with none of them it would ignore every bug",
        ),
    )

    fingerprint: Fingerprint | None = None
    """This one bug."""
    kind: BugKind | None = None
    """Bugs of this kind."""
    url: Glob | None = None
    """Bugs on pages that match this glob. A bug that also shows on a page that does not match is counted."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Why nobody needs to know; the report shows it."""
    until: datetime | None = None
    """From this moment on the bugs count again (RFC 3339). Unset: never."""


class ChecksSpec(ApiModel):
    """Which bugs are looked for."""

    rules = (
        Rule(
            cel="!has(self.enable) || !has(self.disable) || !self.enable.exists(name, name in self.disable)",
            holds=lambda checks: not set(checks.enable) & set(checks.disable),
            message="a detector cannot be both enabled and disabled: take it out of one of the two lists",
        ),
    )

    enable: Annotated[tuple[DetectorName, ...], Field(max_length=64)] = ()
    """Run only these detectors. Empty means all. `bughive detectors` lists the names."""
    disable: Annotated[tuple[DetectorName, ...], Field(max_length=64)] = ()
    """Do not run these detectors."""
    min_severity: Severity = Severity.LOW
    """Leave out bugs that are less severe than this."""
    ignore: Annotated[tuple[Ignore, ...], Field(max_length=100)] = ()
    """Bugs that are known and accepted: they are shown, but not counted."""


class FailOnSpec(ApiModel):
    """What makes the outcome BugsFound rather than Passed."""

    severity: Severity = Severity.HIGH
    """Bugs of this severity or worse count."""
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """How many such bugs it takes."""
    new_only: bool = False
    """Count only bugs that no earlier session of this site in this namespace has found, or that were fixed and are
    back. The first session of a site has nothing to compare with: all its bugs count."""


class ArtifactsSpec(ApiModel):
    """What is kept of a session."""

    screenshots: Screenshots = Screenshots.FINDINGS
    """Which pictures are taken: `None`, `Findings` (the first example of each bug), or `All` (these, and each page that
    is visited and loads, as a visitor first sees it). A page that `resultCache` reuses is not visited, and has none."""
    keep: bool = False
    """Whether the report and its pictures stay in the artifact store when this CrawlSession is gone. Then BugHive never
    removes them, however old they grow: that is left to the store, such as a bucket's lifecycle rules. Pictures of a
    session that is deleted before it has a report are not kept."""


class ResultCacheSpec(ApiModel):
    """For how long what was seen of a page may be reused."""

    max_age_seconds: Annotated[int, Field(ge=1, le=604_800)]
    """How old what was seen of a page may be, in seconds from the visit that saw it; reusing it makes it no younger.
    A week at most."""


MUTABLE_FIELDS = ("suspend", "cancel", "priority", "ttlSecondsAfterFinished")
"""The fields of a spec that may change while the session lives."""


class CrawlSessionSpec(ApiModel):
    """What to crawl and how. Immutable, except `suspend`, `cancel`, `priority` and `ttlSecondsAfterFinished`."""

    rules = (
        Rule(
            cel="!has(self.activeDeadlineSeconds) || self.activeDeadlineSeconds >= self.browser.pageTimeoutSeconds",
            holds=lambda spec: (
                spec.active_deadline_seconds is None
                or spec.active_deadline_seconds >= spec.browser.page_timeout_seconds
            ),
            message="activeDeadlineSeconds must leave time for one page: "
            "it must not be less than browser.pageTimeoutSeconds",
        ),
    )

    url: HttpUrl
    """The page to start from, such as `https://shop.example/`."""
    scope: ScopeSpec = ScopeSpec()
    browser: BrowserSpec = BrowserSpec()
    auth: AuthSpec | None = None
    checks: ChecksSpec = ChecksSpec()
    analysis: AnalysisSpec = AnalysisSpec()
    fail_on: FailOnSpec = FailOnSpec()
    artifacts: ArtifactsSpec = ArtifactsSpec()
    webhooks: Annotated[tuple[WebhookSpec, ...], Field(max_length=MAX_WEBHOOKS)] = ()
    """Who is told of this session. What becomes of it is the condition Delivered; the outcome does not depend on it."""
    tickets: TicketsSpec | None = None
    shards: Annotated[int, Field(ge=1, le=MAX_SHARDS)] = 1
    """How many workers may crawl this session at once. Each takes a place among those that may run, and holds a worker
    until the session is over; `browser.requestsPerSecond` holds for all of them together."""
    result_cache: ResultCacheSpec | None = None
    """Reuse what an earlier session of this namespace saw of a page whose document is unchanged. Before a page is
    opened, one request asks for its document. Where the site answers 304 to its ETag, or sends the same bytes, the page
    is not opened: its bugs are reported as they were seen, and its links followed. A page of which a picture is due, of
    a bug that is new to the session, is visited all the same, and so is any other.

    The price: a page whose document is the same can behave otherwise, because a script, a stylesheet or the answer of
    an API changed. Such bugs are missed, or reported though they are gone, until what was seen is too old. So nothing
    is reused unless this is set. Do not set it for a site whose pages are made by scripts in the browser."""
    priority: Priority = Priority.NORMAL
    """Which sessions go first while more are waiting than may run."""
    start_at: datetime | None = None
    """Do not start before this moment (RFC 3339)."""
    suspend: bool = False
    """Pause: the session gives its worker back and keeps what it has found. Set to false to go on."""
    cancel: bool = False
    """Stop for good, with a partial report. Cannot be undone."""
    queue_deadline_seconds: Annotated[int, Field(ge=1, le=2_592_000)] = 86_400
    """Fail if no worker has begun within this many seconds of the latest of creation, `startAt` and the last
    resume. Does not run while suspended."""
    active_deadline_seconds: Annotated[int, Field(ge=1, le=2_592_000)] | None = None
    """Fail after this many seconds of actual crawling, with a partial report. Unset: no limit."""
    backoff_limit: Annotated[int, Field(ge=0, le=20)] = 3
    """How many errors and lost workers are forgiven. Errors are tried again after 60 s, 120 s, 240 s and so on."""
    ttl_seconds_after_finished: Annotated[int, Field(ge=0, le=31_536_000)] | None = None
    """Delete the session this many seconds after it finished. Unset: never."""


class Progress(ApiModel):
    """How far the crawl is; refreshed every ten seconds at most."""

    pages: str = "0/0"
    """Pages crawled of pages known so far (never more than `scope.maxPages`), such as `12/100`."""
    pages_crawled: int = 0
    pages_discovered: int = 0
    pages_failed: int = 0
    """Pages that could not be crawled; they are among `pagesCrawled`."""
    pages_reused: int = 0
    """Pages whose document was unchanged, so that what an earlier session saw of them was reused (`resultCache`); they
    are among `pagesCrawled`."""
    pages_left_out: int = 0
    """Pages that are not visited by a rule: robots.txt, `scope.maxDepth`, or a part of the site that seems endless.
    The report names them."""
    current_url: Annotated[str, Field(max_length=2048)] | None = Field(default=None, alias="currentURL")
    pages_per_minute: int | None = None
    percent: Annotated[int, Field(ge=0, le=100)] = 0


class BugCounts(ApiModel):
    """How many different bugs were found."""

    total: int = 0
    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    ignored: int = 0
    """Bugs that `checks.ignore` names; they are not in the total."""
    new: int | None = None
    """Of the total, the bugs that no earlier session of this site in this namespace has found, or that were fixed and
    are back. Unset in the first session of a site, and until the crawl is over."""
    known: int | None = None
    """Of the total, the others."""
    fixed: int | None = None
    """Bugs of earlier sessions that are gone: every page that showed them was looked at again."""


class ConditionStatus(StrEnum):
    """Whether a condition holds."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(ApiModel):
    """One aspect of the session's state, in Kubernetes' usual form."""

    type: Annotated[str, Field(max_length=63)]
    """Accepted, Dispatched, Running, Suspended, Finished, Passed, Analyzed or Delivered."""
    status: ConditionStatus
    reason: Annotated[str, Field(max_length=63)]
    """A fixed word that programs can rely on; docs/reasons.md explains each."""
    message: Annotated[str, Field(max_length=1024)] = ""
    """What happened and what to do next, for people."""
    last_transition_time: datetime
    observed_generation: int = 0


class CrawlSessionStatus(ApiModel):
    """What the operator has seen of the session."""

    phase: Phase | None = None
    outcome: Outcome | None = None
    message: Annotated[str, Field(max_length=1024)] | None = None
    """The session's state in one sentence."""
    observed_generation: int | None = None
    attempt: int = 0
    """Which dispatch this is; the first is 1. A resume, a drain or a slice is an attempt too."""
    failures: int = 0
    """How many attempts ended in an error or with a lost worker; compared with `backoffLimit`."""
    attempts_without_progress: int = 0
    """How many attempts in a row crawled no further page."""
    active_seconds: float = 0
    """Seconds of actual crawling in the attempts that are over."""
    active_since: datetime | None = None
    suspended_at: datetime | None = None
    resumed_at: datetime | None = None
    """When the session was last resumed; the queue deadline starts anew there."""
    retry_at: datetime | None = None
    """When the next attempt may begin, after an error."""
    task_id: Annotated[str, Field(max_length=253)] | None = Field(default=None, alias="taskID")
    worker: Annotated[str, Field(max_length=253)] | None = None
    """Who crawls now, in one word: a worker's pod and process, and how many others."""
    workers: Annotated[tuple[Annotated[str, Field(max_length=253)], ...], Field(max_length=MAX_SHARDS)] = ()
    """Each of them."""
    queued_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    progress: Progress | None = None
    bugs: BugCounts | None = None
    analysis: AnalysisStatus | None = None
    """What the language model was asked and what that cost; unset where `analysis` is not enabled."""
    report_ref: Annotated[str, Field(max_length=253)] | None = None
    """The name of the CrawlReport beside this session."""
    report_url: Annotated[str, Field(max_length=2048)] | None = Field(default=None, alias="reportURL")
    """Where the full report is."""
    conditions: Annotated[tuple[Condition, ...], Field(max_length=16)] = ()

"""Every metric of the worker. Labels are closed sets: never a session's name, namespace or address.

docs/operations.md lists them; it is generated from here. In a worker that serves them, every child writes to files of
its own (see ``metrics_server``); in ``bughive crawl`` they are numbers that nobody reads. Gauges are of living
processes only: what a child that was killed last said must not stand for ever.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bughive_protocol.dead_letters import LetterReason
from bughive_protocol.deliveries import DeliveryKind
from bughive_protocol.frontier import LinkRecord, LinkVerdict, PageEnd, PageRecord
from bughive_protocol.messages import ROUTES
from bughive_protocol.picture import PutPicture

REGISTRY = CollectorRegistry()
"""The worker's own, so that nothing else that is imported shows up at its endpoint."""

_TASK_BUCKETS = (0.01, 0.1, 1, 5, 15, 30, 60, 120, 300, 600, 1200, 2400, 3600)
_PAGE_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120)
_PREFIX = "bughive_worker"

BUILD_INFO = Gauge(
    f"{_PREFIX}_build_info",
    "1 for each worker that runs; the labels say its version and the queue it serves.",
    ["version", "queue"],
    multiprocess_mode="livemax",
    registry=REGISTRY,
)
PROCESSES = Gauge(
    f"{_PREFIX}_processes",
    "Processes of the worker that take tasks.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)

TASKS = Counter(
    f"{_PREFIX}_tasks",
    "Tasks that ended, by name and outcome: success, failure, retry, rejected, ignored, or killed (time limit, death "
    "of the process).",
    ["task", "outcome"],
    registry=REGISTRY,
)
TASK_SECONDS = Histogram(
    f"{_PREFIX}_task_duration_seconds",
    "Tasks, from begin to end; those that were killed are left out.",
    ["task"],
    buckets=_TASK_BUCKETS,
    registry=REGISTRY,
)
DEAD_LETTERS = Counter(
    f"{_PREFIX}_dead_letters",
    "Messages that are not tried again and were kept as dead letters, by task and reason; other: a task that is not "
    "BugHive's, or none.",
    ["task", "reason"],
    registry=REGISTRY,
)

SESSIONS = Gauge(
    f"{_PREFIX}_sessions",
    "Sessions that are being crawled now.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
TURNS = Counter(
    f"{_PREFIX}_turns",
    "Turns of work on a session, by end: Finished, Drain, Slice, Suspend, Cancel, Error, Interrupted (Redis was away) "
    "or LeaseLost (another worker has it, or it was deleted).",
    ["end"],
    registry=REGISTRY,
)
MESSAGES_DROPPED = Counter(
    f"{_PREFIX}_messages_dropped",
    "Messages that led to no work, by what the lease said: STALE, DONE, CANCELLED, SUSPENDED or HELD.",
    ["lease"],
    registry=REGISTRY,
)

PAGES = Counter(
    f"{_PREFIX}_pages",
    "Pages that were recorded, by how the visit ended. All but Loaded, Download and RedirectedAway are failures.",
    ["end"],
    registry=REGISTRY,
)
PAGE_SECONDS = Histogram(
    f"{_PREFIX}_page_duration_seconds",
    "Pages, from claim to record: waiting for the host's turn, visit, detectors, second look and pictures.",
    buckets=_PAGE_BUCKETS,
    registry=REGISTRY,
)
FINDINGS = Counter(
    f"{_PREFIX}_findings",
    "Occurrences of bugs on pages and links, by kind (docs/detectors.md) and severity. One bug on a hundred pages "
    "counts a hundred times.",
    ["kind", "severity"],
    registry=REGISTRY,
)
ANALYSIS_CALLS = Counter(
    f"{_PREFIX}_analysis_calls",
    "Questions to the language model, by end: answered, refused, truncated or malformed (answers that are dropped), "
    "failed (an error, perhaps tried again), or recalled (an earlier session's answer, without a call).",
    ["end"],
    registry=REGISTRY,
)
ANALYSIS_USD = Counter(
    f"{_PREFIX}_analysis_usd",
    "What the language model cost in US dollars, by the prices that are set.",
    registry=REGISTRY,
)
ANALYSIS_PROPOSALS = Counter(
    f"{_PREFIX}_analysis_proposals",
    "Bugs that the language model proposed, by verdict: kept, dropped (its evidence is not on the page, or it is not "
    "severe enough), or not_reproduced (a click did not show it).",
    ["verdict"],
    registry=REGISTRY,
)
LINK_CHECKS = Counter(f"{_PREFIX}_link_checks", "Links that were checked, by verdict.", ["verdict"], registry=REGISTRY)

DELIVERIES = Counter(
    f"{_PREFIX}_deliveries",
    "Things that sessions have delivered to others, by kind (webhook, ticket) and end: done, or failed for good.",
    ["kind", "end"],
    registry=REGISTRY,
)

PICTURES = Counter(
    f"{_PREFIX}_pictures",
    "Pictures of bugs and pages, by what became of them: kept (until their upload), known (there is one), noRoom (too "
    "many of the session wait for their upload: look at the queue media), full (too many of all sessions do) or failed "
    "(the page was gone).",
    ["outcome"],
    registry=REGISTRY,
)

BROWSER_RESTARTS = Counter(
    f"{_PREFIX}_browser_restarts",
    "Browsers that were replaced, by cause: died, hung (a tab did not open or close), pages (it had visited its share) "
    "or memory (it had grown too big).",
    ["cause"],
    registry=REGISTRY,
)
BROWSER_MEMORY_BYTES = Gauge(
    f"{_PREFIX}_browser_memory_bytes",
    "What the browsers' processes take together (RSS), as last measured; at most every 5 s, between visits.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)

REDIS_ERRORS = Counter(
    f"{_PREFIX}_redis_errors",
    "Calls to Redis that failed after their retries, by what they were for: acquire, beat, work or release.",
    ["during"],
    registry=REGISTRY,
)
REDIS_REGAINED = Counter(
    f"{_PREFIX}_redis_regained",
    "Crawls that waited for Redis, and went on when it was back.",
    registry=REGISTRY,
)
LOOP_STALLS = Counter(
    f"{_PREFIX}_loop_stalls",
    "Times that a process' event loop hung for so long that its lease got no beat.",
    registry=REGISTRY,
)

# A counter that appears at its first event has no rate for that event.
for _end in PageEnd:
    PAGES.labels(_end)
for _verdict in LinkVerdict:
    LINK_CHECKS.labels(_verdict)
for _delivered in DeliveryKind:
    for _delivery_end in ("done", "failed"):
        DELIVERIES.labels(_delivered, _delivery_end)
for _picture in (*PutPicture, "failed"):
    PICTURES.labels(_picture)
for _reply_end in ("answered", "refused", "truncated", "malformed", "failed", "recalled"):
    ANALYSIS_CALLS.labels(_reply_end)
for _proposal in ("kept", "dropped", "not_reproduced"):
    ANALYSIS_PROPOSALS.labels(_proposal)
for _cause in ("died", "hung", "pages", "memory"):
    BROWSER_RESTARTS.labels(_cause)
for _during in ("acquire", "beat", "work", "release"):
    REDIS_ERRORS.labels(_during)
for _turn_end in ("Finished", "Drain", "Slice", "Suspend", "Cancel", "Error", "Interrupted", "LeaseLost"):
    TURNS.labels(_turn_end)
for _task in ROUTES:
    for _outcome in ("success", "failure", "killed"):
        TASKS.labels(_task, _outcome)
for _task in (*ROUTES, "other"):
    for _letter in set(LetterReason) - {LetterReason.POISON_SESSION}:
        DEAD_LETTERS.labels(_task, _letter)


def count_page(record: PageRecord, seconds: float) -> None:
    """Count a page that was recorded ``seconds`` after it was claimed."""
    PAGES.labels(record.page.end).inc()
    PAGE_SECONDS.observe(seconds)
    for finding in record.findings:
        FINDINGS.labels(finding.kind, finding.severity).inc()


def count_link(record: LinkRecord) -> None:
    """Count a link check that was recorded."""
    LINK_CHECKS.labels(record.result.verdict).inc()
    if record.finding is not None:
        FINDINGS.labels(record.finding.kind, record.finding.severity).inc()


def count_picture(outcome: PutPicture | None) -> None:
    """Count a picture; None: it could not be taken."""
    PICTURES.labels(outcome or "failed").inc()

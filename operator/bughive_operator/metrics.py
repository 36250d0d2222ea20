"""Every metric of the operator. Labels are closed sets: never a session's name, namespace or address.

docs/operations.md lists them; it is generated from here. Each replica serves its own: those of one that stands by
stay at zero until it leads.
"""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bughive_crds.crawl_session import Phase
from bughive_operator.reasons import Reason
from bughive_protocol.credential_requests import CredentialVerdict
from bughive_protocol.outbox_entry import EntryKind

REGISTRY = CollectorRegistry()
"""The operator's own, so that nothing else that is imported shows up at its endpoint."""

_WAIT_BUCKETS = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600)
"""Seconds: from a free slot to a night in line."""
_CALL_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PREFIX = "bughive_operator"

BUILD_INFO = Gauge(
    f"{_PREFIX}_build_info", "Always 1; the label says which version runs.", ["version"], registry=REGISTRY
)
BUILD_INFO.labels(version("bughive")).set(1)
LEADER = Gauge(
    f"{_PREFIX}_leader", "1: this replica works on the sessions; 0: it stands by for the Lease.", registry=REGISTRY
)

SESSIONS = Gauge(f"{_PREFIX}_sessions", "CrawlSessions that exist, by phase.", ["phase"], registry=REGISTRY)
OLDEST_WAITING_SECONDS = Gauge(
    f"{_PREFIX}_oldest_waiting_seconds",
    "For how long the session has waited that waits longest, by what it waits for: a slot, or a worker. 0: none does.",
    ["waits_for"],
    registry=REGISTRY,
)
SESSION_WAIT_SECONDS = Histogram(
    f"{_PREFIX}_session_wait_seconds",
    "From the moment a session might have begun (created, startAt, last resumed) to its first worker.",
    buckets=_WAIT_BUCKETS,
    registry=REGISTRY,
)
ATTEMPT_WAIT_SECONDS = Histogram(
    f"{_PREFIX}_attempt_wait_seconds",
    "From the dispatch of an attempt to the worker that took it.",
    buckets=_WAIT_BUCKETS,
    registry=REGISTRY,
)
TRANSITIONS = Counter(
    f"{_PREFIX}_transitions",
    "Sessions that entered a phase, by the reason that their condition gives (docs/reasons.md).",
    ["phase", "reason"],
    registry=REGISTRY,
)
FINISHED = Counter(
    f"{_PREFIX}_sessions_finished",
    "Sessions that ended, by outcome: Passed, BugsFound, Error or Cancelled.",
    ["outcome"],
    registry=REGISTRY,
)
DELIVERED = Counter(
    f"{_PREFIX}_sessions_delivered",
    "Sessions whose webhooks and the like came to a state, by the reason of the condition Delivered: AllDelivered, "
    "DeliveryFailed or DeliveryUnconfirmed.",
    ["reason"],
    registry=REGISTRY,
)
DISPATCHES = Counter(f"{_PREFIX}_dispatches", "Attempts that were handed to the workers.", registry=REGISTRY)
MESSAGES = Counter(
    f"{_PREFIX}_messages",
    "Messages sent to the workers: one for each dispatch, and one more whenever none took it for too long.",
    registry=REGISTRY,
)
ATTEMPTS_ENDED = Counter(
    f"{_PREFIX}_attempts_ended",
    "Attempts that ended, by reason. WorkerLost is a takeover from a dead worker, AttemptFailed an error that is tried "
    "again after a wait.",
    ["reason"],
    registry=REGISTRY,
)
SCHEDULE_STARTS = Counter(
    f"{_PREFIX}_schedule_starts",
    "Sessions that CrawlSchedules started, by what asked for them: Schedule, or RunAt (spec.runAt).",
    ["trigger"],
    registry=REGISTRY,
)
SCHEDULE_MISSED = Counter(
    f"{_PREFIX}_schedule_missed",
    "Scheduled moments that passed without a session of theirs; at most 101 are counted at once for one schedule.",
    registry=REGISTRY,
)

RECONCILE_SECONDS = Histogram(
    f"{_PREFIX}_reconcile_duration_seconds",
    "One look at one session: observe, plan, apply.",
    buckets=_CALL_BUCKETS,
    registry=REGISTRY,
)
RECONCILE_ERRORS = Counter(
    f"{_PREFIX}_reconcile_errors",
    "Looks at a session or a schedule that raised an error; each is tried again.",
    registry=REGISTRY,
)
QUEUE_LENGTH = Gauge(
    f"{_PREFIX}_queue_length", "Sessions that are to be looked at now and wait for their turn.", registry=REGISTRY
)
STATUS_PATCHES = Counter(
    f"{_PREFIX}_status_patches",
    "Statuses that were written, by kind: transition or progress.",
    ["kind"],
    registry=REGISTRY,
)
CONFLICTS = Counter(
    f"{_PREFIX}_conflicts",
    "Writes that were refused because the resource had changed; read and tried again.",
    registry=REGISTRY,
)
API_CALL_SECONDS = Histogram(
    f"{_PREFIX}_api_call_duration_seconds",
    "Calls to the API server, by method.",
    ["method"],
    buckets=_CALL_BUCKETS,
    registry=REGISTRY,
)
API_ERRORS = Counter(
    f"{_PREFIX}_api_errors",
    "Calls that the API server refused, by HTTP status; 0: it was not reached. 404 and 409 are everyday answers.",
    ["status"],
    registry=REGISTRY,
)
REDIS_ERRORS = Counter(f"{_PREFIX}_redis_errors", "Calls to Redis that failed after their retries.", registry=REGISTRY)
REDIS_STEADY_SECONDS = Gauge(
    f"{_PREFIX}_redis_steady_seconds",
    "For how long Redis has answered without a break; 0 while it is away, and on a replica that stands by.",
    registry=REGISTRY,
)
DEAD_LETTERS = Gauge(
    f"{_PREFIX}_dead_letters",
    "Dead letters that nobody has replayed or purged, as counted by the leader every 15 s.",
    registry=REGISTRY,
)
OUTBOX_LENGTH = Gauge(
    f"{_PREFIX}_outbox_length",
    "Things that happened to sessions whose spec asks for webhooks or the like, and that the leader has not yet handed "
    "to the workers; as counted every 15 s.",
    registry=REGISTRY,
)
OUTBOX_AGE_SECONDS = Gauge(
    f"{_PREFIX}_outbox_age_seconds",
    "Since when the oldest of them waits. The end of a session waits until its resource shows it. 0: none waits.",
    registry=REGISTRY,
)
OUTBOX_ENTRIES = Counter(
    f"{_PREFIX}_outbox_entries",
    "Such things by kind (started, bug, finished, other) and end: sent, or dropped because the session's resource is "
    "gone.",
    ["kind", "end"],
    registry=REGISTRY,
)
CREDENTIAL_ANSWERS = Counter(
    f"{_PREFIX}_credential_answers",
    "Requests of workers for Secrets that were answered, by verdict: granted, forbidden or unavailable.",
    ["verdict"],
    registry=REGISTRY,
)
LOOP_AGE_SECONDS = Gauge(
    f"{_PREFIX}_loop_age_seconds",
    "Since when a loop has not turned: election, redis (the poll), watch (of the API server); for session and "
    "schedule, how long the slowest has been worked on. Over STALE_SECONDS the liveness probe fails.",
    ["loop"],
    registry=REGISTRY,
)

# A counter that appears at its first event has no rate for that event.
for _phase in Phase:
    SESSIONS.labels(_phase)
for _reason in (Reason.ALL_DELIVERED, Reason.DELIVERY_FAILED, Reason.DELIVERY_UNCONFIRMED):
    DELIVERED.labels(_reason)
for _kind in (*EntryKind, "other"):
    for _end in ("sent", "dropped"):
        OUTBOX_ENTRIES.labels(_kind, _end)
for _trigger in ("Schedule", "RunAt"):
    SCHEDULE_STARTS.labels(_trigger)
for _outcome in ("Passed", "BugsFound", "Error", "Cancelled"):
    FINISHED.labels(_outcome)
for _verdict in CredentialVerdict:
    CREDENTIAL_ANSWERS.labels(_verdict)
for _reason in (Reason.WORKER_LOST, Reason.ATTEMPT_FAILED, Reason.WORKER_DRAINED, Reason.SLICE_ENDED):
    ATTEMPTS_ENDED.labels(_reason)

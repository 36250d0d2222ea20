"""The conditions of a CrawlSession and every reason they may carry.

docs/reasons.md explains each to users; a test holds the two in step. A reason is part of the API:
programs match it, so a word that was released is never changed.
"""

from enum import StrEnum

from bughive_crds.analysis import AnalysisStop


class ConditionType(StrEnum):
    """The aspects of a session that have a condition."""

    ACCEPTED = "Accepted"
    """Whether the spec makes sense, and what it names can be had."""
    DISPATCHED = "Dispatched"
    """Whether the session was handed to the workers; if not, what it waits for."""
    RUNNING = "Running"
    """Whether a worker crawls now; if not, how the last attempt ended."""
    SUSPENDED = "Suspended"
    """Whether the session is paused; Unknown while its worker is still stopping."""
    FINISHED = "Finished"
    """Whether the session is over; Unknown while its worker is still stopping."""
    PASSED = "Passed"
    """The verdict, once the session is over."""
    ANALYZED = "Analyzed"
    """Whether a language model was asked all there was; only where the spec asks for one. No verdict depends on it."""
    DELIVERED = "Delivered"
    """Whether others heard what the spec asks to tell them; only where it does. No verdict depends on it."""


class Reason(StrEnum):
    """Why a condition is as it is."""

    # Accepted
    VALID = "Valid"
    INVALID_SPEC = "InvalidSpec"
    CREDENTIALS_FORBIDDEN = "CredentialsForbidden"
    CREDENTIALS_MISSING = "CredentialsMissing"

    # Dispatched: what a session waits for
    REDIS_UNAVAILABLE = "RedisUnavailable"
    SCHEDULED = "Scheduled"
    WAITING_FOR_SLOT = "WaitingForSlot"
    QUOTA_REACHED = "QuotaReached"
    BACKOFF = "Backoff"
    ON_HOLD = "OnHold"
    WAITING_FOR_WORKER = "WaitingForWorker"
    NO_WORKER = "NoWorker"
    TAKEN = "Taken"

    # Running: a worker crawls, or how the last attempt ended
    NOT_STARTED = "NotStarted"
    CRAWLING = "Crawling"
    ATTEMPT_FAILED = "AttemptFailed"
    WORKER_LOST = "WorkerLost"
    WORKER_DRAINED = "WorkerDrained"
    SLICE_ENDED = "SliceEnded"
    REDIS_EMPTIED = "RedisEmptied"
    SUPERSEDED = "Superseded"
    STOPPED = "Stopped"

    # Suspended
    SUSPENDING = "Suspending"
    SUSPENDED = "Suspended"
    RESUMED = "Resumed"

    # Finished: how the session ended
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"
    QUEUE_DEADLINE_EXCEEDED = "QueueDeadlineExceeded"
    ACTIVE_DEADLINE_EXCEEDED = "ActiveDeadlineExceeded"
    SITE_UNREACHABLE = "SiteUnreachable"
    BROWSER_UNAVAILABLE = "BrowserUnavailable"
    EGRESS_REFUSED = "EgressRefused"
    LOGIN_FAILED = "LoginFailed"
    CREDENTIALS_UNAVAILABLE = "CredentialsUnavailable"
    CRAWL_ERROR = "CrawlError"
    POISON_SESSION = "PoisonSession"

    # Passed
    NO_BUGS = "NoBugs"
    BELOW_THRESHOLD = "BelowThreshold"
    BUGS_FOUND = "BugsFound"
    NO_VERDICT = "NoVerdict"

    # Analyzed: what the language model was asked, or why it was not; besides, EgressRefused
    ANALYZING = "Analyzing"
    ALL_ANALYZED = "AllAnalyzed"
    ANALYSIS_CUT_SHORT = "AnalysisCutShort"
    NO_KEY = "NoKey"
    UNKNOWN_MODEL = "UnknownModel"
    BUDGET_REACHED = "BudgetReached"
    MAX_PAGES_REACHED = "MaxPagesReached"
    KEY_REFUSED = "KeyRefused"
    REQUEST_REFUSED = "RequestRefused"
    SPEND_LIMIT_REACHED = "SpendLimitReached"
    UNAVAILABLE = "Unavailable"

    # Delivered: what others heard
    DELIVERING = "Delivering"
    ALL_DELIVERED = "AllDelivered"
    DELIVERY_FAILED = "DeliveryFailed"
    DELIVERY_UNCONFIRMED = "DeliveryUnconfirmed"


_BY_ERROR = {
    reason.value: reason
    for reason in (
        Reason.SITE_UNREACHABLE,
        Reason.BROWSER_UNAVAILABLE,
        Reason.EGRESS_REFUSED,
        Reason.LOGIN_FAILED,
        Reason.CREDENTIALS_FORBIDDEN,
        Reason.CREDENTIALS_UNAVAILABLE,
        Reason.INVALID_SPEC,
    )
}


def reason_of_error(error: str) -> Reason:
    """The reason for a session that failed with this class of error (see ``bughive_protocol.errors``)."""
    return _BY_ERROR.get(error, Reason.CRAWL_ERROR)


def reason_of_verdict(word: str) -> Reason:
    """The reason that was written into a verdict; a word from another version reads as CrawlError."""
    return Reason(word) if word in {reason.value for reason in Reason} else Reason.CRAWL_ERROR


def reason_of_stop(stop: AnalysisStop) -> Reason:
    """The reason of the same word; a test holds that there is one for each."""
    return Reason(stop.value)

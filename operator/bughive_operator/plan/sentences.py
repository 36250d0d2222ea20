"""The sentences a user reads in ``kubectl describe``: what happened, why, and what to do next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from bughive_crds.analysis import AnalysisStatus
from bughive_crds.crawl_session import BugCounts, Progress
from bughive_operator.plan.view import View
from bughive_operator.policy import LAST_PLACE
from bughive_operator.quota import Hold, Unit
from bughive_operator.reasons import Reason
from bughive_protocol.deliveries import Deliveries, DeliveryKind
from bughive_protocol.limits import MAX_IMAGE_BYTES, MIB
from bughive_protocol.picture import Crowded
from bughive_protocol.queues import CRAWL
from bughive_protocol.ticket_record import TicketOutcome, TicketRecord

ANALYZING = "The session is not over."
CUT_SHORT = "The crawl did not run to its end."
NOTHING_TO_ANALYZE = "There was nothing to ask a language model about."
DELIVERING = "What others are to hear of this session is on its way."
UNCONFIRMED = (
    "Not all that others were to hear was confirmed within an hour of the end. Check that workers of the queue "
    "tickets run, and their logs."
)
_ITEMS: Mapping[str, str] = {
    DeliveryKind.WEBHOOK: "webhook event",
    DeliveryKind.TICKET: "ticket",
}
_CHECK_UPLOADS = "Check the workers of the queue media and the artifact store."
_CROWDED: Mapping[Crowded | None, str] = {
    None: "",
    Crowded.SESSION: (
        " Pictures wait for room, and then are left out: this session's that are not uploaded yet fill their "
        f"{MAX_IMAGE_BYTES // MIB} MiB, or those of pages half of it. {_CHECK_UPLOADS}"
    ),
    Crowded.ALL: (
        " Pictures wait for room, and then are left out: those of all sessions that are not uploaded yet fill what "
        f"BUGHIVE_PENDING_PICTURES_MIB gives them, or those of pages half of it. {_CHECK_UPLOADS}"
    ),
}
_SEVERITIES = ("critical", "high", "medium", "low")


def moment(at: datetime) -> str:
    """A moment as people write it, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def number(count: int, noun: str) -> str:
    """``1 page``, ``2 pages``, ``no pages``."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def bugs(counts: BugCounts) -> str:
    """``3 bugs (1 critical, 2 low)``."""
    parts = [f"{getattr(counts, name)} {name}" for name in _SEVERITIES if getattr(counts, name)]
    return number(counts.total, "bug") + (f" ({', '.join(parts)})" if parts else "")


def _beside_history(counts: BugCounts) -> str:
    """``2 new, 1 known, 4 fixed``; empty in a site's first session."""
    named = {"new": counts.new, "known": counts.known, "fixed": counts.fixed}
    return ", ".join(f"{count} {name}" for name, count in named.items() if count)


def crawling(progress: Progress, counts: BugCounts, crowded: Crowded | None = None) -> str:
    """What a running session is doing, and what it waits for."""
    if not progress.pages_discovered:
        return "Crawling: the browser is about to open the first page."
    return f"Crawling: {progress.pages} pages, {number(counts.total, 'bug')} so far.{_CROWDED[crowded]}"


def holders(view: View) -> str:
    """Who works on the session: ``pod-a/12``, or ``pod-a/12 and 2 more``."""
    live = [lease.worker for lease in view.redis.leases if lease.expires_in > 0]
    first = live[0] if live else "nobody"
    return first if len(live) <= 1 else f"{first} and {len(live) - 1} more"


def queued(view: View, attempt: int) -> str:
    """What a dispatched session waits for."""
    sends = view.redis.sends if view.redis.attempt == attempt else 0
    if sends > 1:
        return (
            f"Attempt {attempt} was sent {sends} times and no worker{_of_queue(view)} has taken it. "
            "Check that crawl workers are running and can reach Redis, or whether all are busy."
        )
    return f"Attempt {attempt} waits for a free worker{_of_queue(view)}."


def _of_queue(view: View) -> str:
    """Names a tenant's queue; the common one goes without saying."""
    queue = view.policy.queue_of(view.resource.namespace)
    return f" of the queue {queue}" if queue != CRAWL.name else ""


def in_line(view: View) -> str:
    """Where a session stands while all slots are taken."""
    most = view.policy.max_running
    return f"{_place(view)}: at most {number(most, 'session')} may run at once."


def _place(view: View) -> str:
    place = view.standing.place
    return f"Number {place} in line" if place <= LAST_PLACE else f"Behind {LAST_PLACE} others or more in line"


def held(view: View, hold: Hold) -> str:
    """Which quota a session waits for."""
    whose = f"namespace {hold.namespace}" if hold.namespace else "all namespaces together"
    if hold.hopeless and hold.unit is Unit.PAGES:
        return (
            f"maxPages is {hold.needed} and the quota of {whose} is {number(hold.limit, 'page')}: this session can "
            "never begin. Apply one with a smaller spec.scope.maxPages, or have the quota raised."
        )
    if hold.hopeless:
        return (
            f"shards is {hold.needed} and at most {number(hold.limit, 'session')} of {whose} may run at once; each "
            "shard counts as one, so this session can never begin. Apply one with fewer, or have the quota raised."
        )
    place = _place(view)
    if hold.unit is Unit.SESSIONS:
        return f"{place}: at most {number(hold.limit, 'session')} of {whose} may run at once."
    return (
        f"{place}: it may take {number(hold.needed, 'page')}, and {hold.used} of at most {hold.limit} pages of {whose} "
        "are promised to others."
    )


def retry(view: View, failures: int, at: datetime) -> str:
    """When a failed session is tried again."""
    left = view.spec.backoff_limit - failures
    return (
        f"Attempt {view.status.attempt} failed: {last_error(view)} "
        f"The next begins at {moment(at)}; {number(left, 'further failure')} will be forgiven."
    )


def last_error(view: View) -> str:
    """What the last attempt's worker said when it gave up, as a sentence."""
    message = view.redis.release.message.strip() if view.redis.release else ""
    return _sentence(message or "the worker gave no reason")


def finished(progress: Progress, counts: BugCounts, asked: AnalysisStatus | None, *, passed: bool) -> str:
    """The result of a crawl that ran to its end."""
    sentences = [f"Crawled {number(progress.pages_crawled, 'page')} and found {bugs(counts)}."]
    if progress.pages_reused:
        unchanged = number(progress.pages_reused, "page")
        sentences.append(f"{unchanged} unchanged since an earlier session, whose findings were reused.")
    if beside := _beside_history(counts):
        sentences.append(f"Since earlier sessions: {beside}.")
    if counts.ignored:
        sentences.append(f"By checks.ignore {number(counts.ignored, 'bug')} not counted.")
    if passed and counts.total:
        sentences.append("They are below the threshold that spec.failOn sets.")
    if beyond := progress.pages_discovered - progress.pages_crawled:
        sentences.append(f"scope.maxPages was reached, {number(beyond, 'known page')} not visited.")
    if progress.pages_left_out:
        sentences.append(f"By rule {number(progress.pages_left_out, 'page')} left out; the report says which.")
    if asked:
        sentences.append(analysis(asked))
    return " ".join(sentences)


def delivered(deliveries: Deliveries, tickets: Sequence[TicketRecord]) -> str:
    """What others have heard."""
    counts = {kind: delivery.done for kind, delivery in deliveries.by_kind.items() if delivery.done}
    if not counts:
        return "There was nothing to deliver."
    outcomes = Counter(ticket.outcome for ticket in tickets)
    moved = (TicketOutcome.OPENED, TicketOutcome.REOPENED)
    told = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in moved if outcomes[outcome])
    return f"Delivered: {_items(counts)}.{f' Tickets: {told}.' if told else ''}"


def undelivered(deliveries: Deliveries) -> str:
    """What others have not heard, and why; while more is on its way, without numbers that would change."""
    errors = " ".join(_sentence(delivery.error) for delivery in deliveries.failed.values())
    counts = {kind: delivery.failed for kind, delivery in deliveries.failed.items()}
    return f"Not delivered{'' if deliveries.pending else f': {_items(counts)}'}. {errors}"


def _items(counts: Mapping[str, int]) -> str:
    return ", ".join(number(count, _ITEMS.get(kind, kind)) for kind, count in counts.items())


def _sentence(text: str) -> str:
    return text if text[-1:] in ".!?" else f"{text}."


def analysis(asked: AnalysisStatus) -> str:
    """What a language model was asked, and why no more."""
    spent = (
        f"asked about {number(asked.pages, 'page')}, {asked.usd:.4f} USD" if asked.calls or not asked.message else ""
    )
    return f"Language model: {'; '.join(filter(None, (spent, asked.message or '')))}".removesuffix(".") + "."


def stopped(view: View, reason: Reason, failures: int) -> str:
    """Why a session ended before its crawl did."""
    if view.resource.spec is None:
        return invalid(view)
    forgiven = number(view.resource.spec.backoff_limit, "failure")
    attempts = number(view.attempt, "attempt")
    known = {
        Reason.CANCELLED: f"Cancelled {_how_far(view)}, as spec.cancel asked.",
        Reason.QUEUE_DEADLINE_EXCEEDED: (
            f"Its Secrets could not be had within queueDeadlineSeconds. {view.withheld.message}"
            if view.withheld
            else "No worker began within queueDeadlineSeconds. Check that crawl workers are running and that "
            "there are enough for the sessions in line, then create the session anew."
        ),
        Reason.ACTIVE_DEADLINE_EXCEEDED: (
            f"Crawled for {view.active_seconds:.0f} s and stopped {_how_far(view)}: activeDeadlineSeconds is over. "
            "Set it higher, or make the scope smaller."
        ),
        Reason.WORKER_LOST: (
            f"Attempt {view.attempt} lost its worker: failure {failures}, where backoffLimit forgives {forgiven}. "
            "Look at the last workers' logs."
        ),
        Reason.POISON_SESSION: (
            f"The last of {attempts} lost its worker, again without crawling a further page. The site may exhaust the "
            "worker's memory: look at the last workers' logs."
        ),
    }
    return known.get(reason, f"Failed after {attempts}: {last_error(view)}")


def invalid(view: View) -> str:
    """Why a spec cannot be worked on."""
    return (
        f"This operator does not understand the spec: {view.resource.spec_error}. Correct it in a new CrawlSession; "
        "if the field is new, the operator is older than the CRD and needs an update."
    )


def _how_far(view: View) -> str:
    crawled = view.redis.counts.crawled or (view.status.progress.pages_crawled if view.status.progress else 0)
    return f"after {number(crawled, 'page')}" if crawled else "before any page was crawled"

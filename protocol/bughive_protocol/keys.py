"""Every Redis key of the product. No other place puts a key's name together.

The prefix is the installation's id, so that two installations may share one Redis.
"""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The keys of one session. Each field is a key; its name is the key's last part."""

    fence: str
    """Hash: attempt, generation, shards, signal, sent_at, sends, started_at, sliced. Without it holders are stale."""
    spec: str
    """Hash: json, namespace, name, and entries: the kinds of entries that it leaves in the outbox, one a space."""
    lease: str
    """Hash, for each shard N: token:N (who may write), epoch:N (never falls), worker:N; and finisher, reporter."""
    released: str
    """Hash: shard -> release record, of the current attempt."""
    state: str
    """Hash: the seed's state, see ``state.SessionState``; and updated_at, crowded (see ``picture.Crowded``)."""
    verdict: str
    """String: the verdict, written once."""
    digest: str
    """String: the result in short."""
    pages: str
    """Hash: URL -> FrontierItem. Every page that is known."""
    pending: str
    """Sorted set: URLs to claim, by depth, then by discovery."""
    claims: str
    """Hash: URL -> "shard score" of the pages that are claimed."""
    deaths: str
    """Hash: URL -> how many claimants died while they had it."""
    results: str
    """Hash: URL -> PageResult. Every page that is recorded."""
    left_out: str
    """Hash: URL -> why this page is not visited."""
    links: str
    """Hash: URL -> LinkItem. Every link that was ever to be checked."""
    link_pending: str
    """Sorted set: links to claim, by discovery."""
    link_claims: str
    """Hash: URL -> "shard score" of the links that are claimed."""
    link_results: str
    """Hash: URL -> LinkResult."""
    link_counts: str
    """Hash: URL -> how many pages link to it."""
    link_sources: str
    """Hash: URL -> the first pages that link to it, one a line."""
    link_findings: str
    """Hash: link's URL -> fingerprint of the finding that its check led to."""
    answers: str
    """Hash: the last answer to each shard's claims, so that a claim whose answer was lost can be asked again."""
    findings: str
    """Hash: fingerprint -> finding and when it was first seen."""
    ignored: str
    """Set: the fingerprints among them that ``checks.ignore`` matches wherever they were seen so far."""
    occurrences: str
    """Hash: fingerprint -> on how many pages it was seen."""
    examples: str
    """Hash: fingerprint -> the first pages it was seen on, one a line."""
    templates: str
    """Hash: template id -> its features."""
    images: str
    """Hash: fingerprint or page_subject -> Capture, of pictures that are not uploaded yet."""
    pictures: str
    """Hash: fingerprint or page_subject -> KeptPicture, of those that are."""
    deliveries: str
    """Hash: kind -> Delivery; and unsent, until the operator has sent on the session's end. See ``deliveries.py``."""
    delivery_items: str
    """Hash: "kind item" -> pending, done, failed or moot; "kind receiver" -> closed."""
    tickets: str
    """Hash: tracker -> the bugs chosen for it; "tracker fingerprint" -> TicketRecord."""
    analysis: str
    """Hash: what the language model was asked: micro_usd, reserved, calls, pages, recalled, unusable, stopped, message;
    open:CALL (what it reserved), page:TEMPLATE (asked or recalled)."""
    counters: str
    """Hash: sequence, failed, reused, templates (a version), bugs:SEVERITY."""

    @classmethod
    def of(cls, prefix: str, session_id: str) -> Self:
        """The keys of this session."""
        return cls(**{field.name: f"{prefix}:session:{session_id}:{field.name}" for field in fields(cls)})

    def all(self) -> tuple[str, ...]:
        """Every key that the session may have."""
        return tuple(getattr(self, field.name) for field in fields(self))


class Keys:
    """The keys of one installation, and of each session in it."""

    def __init__(self, prefix: str = "bughive") -> None:
        self.prefix = prefix
        self.incarnation = f"{prefix}:incarnation"
        """String: a random name of this Redis' contents; gone when Redis was emptied."""
        self.version = f"{prefix}:version"
        """String: a counter that every change raises."""
        self.changes = f"{prefix}:changes"
        """Sorted set: session id -> version of its last change."""
        self.sessions = f"{prefix}:sessions"
        """Sorted set: session id -> when its state was made, in ms."""
        self.expiring = f"{prefix}:expiring"
        """Sorted set: session id -> when its keys expire, in ms."""
        self.leases = f"{prefix}:leases"
        """Sorted set: "session id/shard" -> when its lease runs out, in ms of Redis' clock."""
        self.paces = f"{prefix}:paces"
        """Sorted set: host:port -> when it may be asked again, in µs of Redis' clock. What is past is removed."""
        self.seen_pages = f"{prefix}:seen-pages"
        """Hash: name -> what a session saw of a page, for later ones; and bytes, what all of it takes."""
        self.seen_until = f"{prefix}:seen-until"
        """Sorted set: name -> until when that is kept, in ms. With the last of it, both keys expire."""
        self.captures = f"{prefix}:captures"
        """Hash: session id -> what its pictures take that are not uploaded yet; and bytes, what those of all take."""
        self.live = f"{prefix}:live"
        """Hash: at (ms), ids (JSON list): the sessions whose resources exist."""
        self.outbox = f"{prefix}:outbox"
        """Stream: session, kind, body: what is still to be sent."""
        self.outbox_readers = "senders"
        """The outbox's consumer group."""
        self.credential_requests = f"{prefix}:credential-requests"
        """Stream: request, session, secret, public_key (base64): who asks for a Secret, to be sealed to that key."""
        self.dead_letters = f"{prefix}:dead-letters"
        """Stream: task_id, letter (JSON): messages that are not tried again."""
        self.dead_letter_tasks = f"{prefix}:dead-letter-tasks"
        """Hash: task id -> id of its dead letter."""
        self.dead_letter_replays = f"{prefix}:dead-letter-replays"
        """Sorted set: id of a dead letter -> until when the one that sends it again has the right to, in ms."""
        self.celery = f"{prefix}:celery:"
        """Goes before each of Celery's own keys."""

    @property
    def any_session(self) -> str:
        """The pattern that every key of every session matches."""
        return f"{self.prefix}:session:*"

    def session_of(self, key: str) -> str:
        """The id of the session that a key is of."""
        return key.removeprefix(f"{self.prefix}:session:").rpartition(":")[0]

    def history_lock(self, namespace: str, site: str) -> str:
        """String: held by whoever changes what is known of this site's bugs."""
        return f"{self.prefix}:history:{namespace}:{site}"

    def credential_answer(self, request: str) -> str:
        """List: the one answer to a request for a Secret, sealed (base64); gone once it is read, or after seconds."""
        return f"{self.prefix}:credential-answer:{request}"

    def ticket_lock(self, tracker: str, mark: str) -> str:
        """String: held by whoever opens or reopens the ticket of this bug."""
        return f"{self.prefix}:ticket:{tracker}:{mark}"

    def tracker_pause(self, tracker: str, holder: str) -> str:
        """String: is there while this issue tracker wants to hear nothing from the holder of a key."""
        return f"{self.prefix}:tracker-pause:{tracker}:{holder}"

    def session(self, session_id: str) -> SessionKeys:
        """The keys of one session."""
        return SessionKeys.of(self.prefix, session_id)

"""Which tasks follow from what happened to a session. Pure: the outbox says what, the spec who is to hear of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bughive_crds.crawl_session import CrawlSessionSpec, Screenshots
from bughive_crds.webhooks import WebhookEvent
from bughive_protocol.deliveries import DeliveryKind
from bughive_protocol.messages import OPEN_TICKETS, SEND_WEBHOOK, UPLOAD_SCREENSHOT
from bughive_protocol.outbox_entry import EntryKind, OutboxEntry
from bughive_protocol.ticket_record import TrackerName
from bughive_protocol.webhook_message import MAX_BUGS, WebhookMessage

UPLOAD_SECONDS = 3600.0
"""A picture that no worker has uploaded by then, its session's last worker uploads."""


@dataclass(frozen=True)
class Task:
    """A message for the workers: ids alone. Its copies are harmless."""

    name: str
    id: str
    """The same however often it is sent."""
    delivers: DeliveryKind | None = None
    """What the session's resource tells of it; None: nothing."""
    items: tuple[str, ...] = ()
    """What it delivers, by the names that its worker gives them too."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Besides ``session_id``."""
    expires: float | None = None
    """After so many seconds nobody needs it any more."""


def tasks_of(session_id: str, entries: Sequence[OutboxEntry], spec: CrawlSessionSpec) -> tuple[Task, ...]:
    """The tasks that follow from some of one session's entries, in their order."""
    kinds = [entry.kind for entry in entries]
    bugs, pictures = (
        tuple(dict.fromkeys(entry.body for entry in entries if entry.kind == kind))
        for kind in (EntryKind.BUG, EntryKind.PICTURE)
    )
    tasks: list[Task] = []
    if EntryKind.STARTED in kinds:
        tasks += _webhooks(session_id, spec, WebhookEvent.SESSION_STARTED)
    if bugs:
        tasks += _webhooks(session_id, spec, WebhookEvent.BUG_FOUND, bugs)
    if spec.artifacts.screenshots is not Screenshots.NONE:
        tasks += _pictures(session_id, pictures)
    if EntryKind.FINISHED in kinds:
        tasks += _webhooks(session_id, spec, WebhookEvent.SESSION_FINISHED)
        tasks += _tickets(session_id, spec)
    return tuple(tasks)


def wanted_entries(spec: CrawlSessionSpec) -> tuple[EntryKind, ...]:
    """The kinds of entries that something follows from, and the end where others hear of any: none costs nothing."""
    wanted = {kind for kind in EntryKind if _follow(kind, spec)}
    wanted |= {EntryKind.FINISHED} if tells_others(spec) else set()
    return tuple(kind for kind in EntryKind if kind in wanted)


def tells_others(spec: CrawlSessionSpec) -> bool:
    """Whether the spec asks for anything to be delivered that the session's resource tells of."""
    # Asked several times in each plan; a test holds that it agrees with the tasks that follow.
    return bool(spec.webhooks) or spec.tickets is not None


def _follow(kind: EntryKind, spec: CrawlSessionSpec) -> tuple[Task, ...]:
    return tasks_of("", [OutboxEntry(kind=kind, body="0")], spec)


def _pictures(session_id: str, subjects: tuple[str, ...]) -> Iterator[Task]:
    for subject in subjects:
        yield Task(
            UPLOAD_SCREENSHOT,
            f"{session_id}-picture-{subject}",
            arguments={"fingerprint": subject},
            expires=UPLOAD_SECONDS,
        )


def _webhooks(
    session_id: str, spec: CrawlSessionSpec, event: WebhookEvent, bugs: tuple[str, ...] = ()
) -> Iterator[Task]:
    for number, webhook in enumerate(spec.webhooks):
        if event in webhook.events:
            for first in range(0, max(len(bugs), 1), MAX_BUGS):
                yield _webhook(WebhookMessage(session_id, number, event, bugs[first : first + MAX_BUGS]))


def _webhook(message: WebhookMessage) -> Task:
    return Task(
        name=SEND_WEBHOOK,
        id=f"{message.session_id}-{message.id}",
        delivers=DeliveryKind.WEBHOOK,
        items=message.items,
        arguments={"webhook": message.webhook, "event": message.event.value, "fingerprints": message.fingerprints},
    )


def _tickets(session_id: str, spec: CrawlSessionSpec) -> Iterator[Task]:
    """Each chooses the bugs, and in place of itself expects a delivery for each of them."""
    for tracker in TrackerName:
        if spec.tickets is not None and getattr(spec.tickets, tracker) is not None:
            yield Task(
                name=OPEN_TICKETS,
                id=f"{session_id}-{tracker}",
                delivers=DeliveryKind.TICKET,
                items=(tracker.value,),
                arguments={"tracker": tracker.value},
            )

"""One message to one of a session's webhooks, by ids alone: what is in it is read when it is sent."""

import hashlib
from dataclasses import dataclass

from bughive_crds.webhooks import WebhookEvent

MAX_BUGS = 100
"""How many bugs one message tells of."""


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """What is to be told to whom."""

    session_id: str
    webhook: int
    """Its place in ``spec.webhooks``, from 0."""
    event: WebhookEvent
    fingerprints: tuple[str, ...] = ()
    """Of ``bug.found``: the bugs."""

    @property
    def id(self) -> str:
        """The ``webhook-id``: the same however often the same is told, so that receivers can drop what they know."""
        told = "\x1f".join((self.session_id, str(self.webhook), self.event, *sorted(self.fingerprints)))
        return f"msg_{hashlib.sha256(told.encode()).hexdigest()[:32]}"

    @property
    def items(self) -> tuple[str, ...]:
        """What it delivers, each by a name of its own in the session (see ``deliveries``)."""
        subjects = self.fingerprints if self.event is WebhookEvent.BUG_FOUND else (self.event.value,)
        return tuple(f"{self.webhook} {subject}" for subject in subjects)

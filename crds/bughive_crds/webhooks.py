"""Who is told of a session, and of what."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bughive_crds.model import ApiModel, Rule
from bughive_crds.secret_ref import SecretRef
from bughive_crds.text import HttpUrl

MAX_WEBHOOKS = 5


class WebhookEvent(StrEnum):
    """What a webhook can be told of."""

    SESSION_STARTED = "session.started"
    SESSION_FINISHED = "session.finished"
    BUG_FOUND = "bug.found"


class WebhookSpec(ApiModel):
    """An address that is told of the session by POST, as standardwebhooks.com describes it."""

    rules = (
        Rule(
            cel="!has(self.events) || self.events.all(one, self.events.exists_one(other, other == one))",
            holds=lambda webhook: len(set(webhook.events)) == len(webhook.events),
            message="events must not name an event twice",
        ),
    )

    url: HttpUrl
    """Where to send, such as `https://hooks.example/bughive`. Redirects are not followed. Whoever may read this session
    can read it, so let a signature show who sends, rather than a token in the address."""
    secret_ref: SecretRef | None = None
    """A Secret whose key `secret` is the signing secret: `whsec_` and 24 to 64 bytes in base64. Two of them, with a
    space between, sign each message twice, so that one can take the other's place. Unset: messages are not signed."""
    events: Annotated[tuple[WebhookEvent, ...], Field(min_length=1, max_length=len(WebhookEvent))] = tuple(WebhookEvent)
    """What to tell: `session.started` when a worker first takes the session, `bug.found` while it runs, up to 100 bugs
    a message, and `session.finished`."""

"""What a webhook's messages say; ``docs/webhook.schema.json`` is generated from here.

They grow only by adding: receivers must pass over fields, and types of messages, that they do not know.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bughive_crds.crawl_report import ReportedPages
from bughive_crds.crawl_session import BugCounts, Outcome, Phase
from bughive_crds.model import ApiModel, Severity
from bughive_crds.webhooks import WebhookEvent
from bughive_protocol.finding import Confidence
from bughive_protocol.webhook_message import MAX_BUGS


class ToldSession(ApiModel):
    """Which session it is."""

    uid: str
    """The CrawlSession's uid: never used again, also where a later session has the same name."""
    namespace: str
    name: str
    url: str
    """The page the crawl starts from."""


class ToldBug(ApiModel):
    """One bug in short. The report has its evidence."""

    fingerprint: str
    """The same for the same bug in every session of the site, and in every message."""
    kind: str
    """The sort of bug, such as `broken-link`: docs/detectors.md."""
    severity: Severity
    confidence: Confidence
    title: Annotated[str, Field(max_length=200)]
    """What is wrong, in one line; cut at 200 characters."""
    url: Annotated[str, Field(max_length=1000)]
    """The first page it was seen on; cut at 1,000 characters."""
    selector: Annotated[str, Field(max_length=300)] | None
    """A CSS selector of the element, where there is one; cut at 300 characters."""
    resource: Annotated[str, Field(max_length=1000)] | None
    """The URL of the broken thing, where it is not the page itself; cut at 1,000 characters."""
    first_seen: datetime


class Started(ApiModel):
    """A worker took the session for the first time."""

    session: ToldSession
    started_at: datetime | None


class Found(ApiModel):
    """Bugs that are new to the session. Each is told once; whether earlier sessions knew it, the end tells."""

    session: ToldSession
    bugs: Annotated[tuple[ToldBug, ...], Field(max_length=MAX_BUGS)]


class Finished(ApiModel):
    """The session is over."""

    session: ToldSession
    phase: Literal[Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED]
    outcome: Outcome | None
    """Null where it was cancelled."""
    reason: str
    """Of the session's condition Finished: docs/reasons.md."""
    partial: bool
    """Whether it was stopped before it had seen all pages in scope."""
    started_at: datetime | None
    completed_at: datetime
    pages: ReportedPages
    bugs: BugCounts
    report_url: str | None = Field(alias="reportURL")
    """Where the full report is; null where there is none."""


class SessionStarted(ApiModel):
    """The message `session.started`."""

    type: Literal[WebhookEvent.SESSION_STARTED] = WebhookEvent.SESSION_STARTED
    timestamp: datetime
    """When it happened; `webhook-timestamp` is when it was sent."""
    data: Started


class BugFound(ApiModel):
    """The message `bug.found`."""

    type: Literal[WebhookEvent.BUG_FOUND] = WebhookEvent.BUG_FOUND
    timestamp: datetime
    """When the last of them was found."""
    data: Found


class SessionFinished(ApiModel):
    """The message `session.finished`."""

    type: Literal[WebhookEvent.SESSION_FINISHED] = WebhookEvent.SESSION_FINISHED
    timestamp: datetime
    """When it happened; `webhook-timestamp` is when it was sent."""
    data: Finished


Payload = Annotated[SessionStarted | BugFound | SessionFinished, Field(discriminator="type")]

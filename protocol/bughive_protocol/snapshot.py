"""What Redis says of a session at one moment."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_session import BugCounts, Outcome, Phase
from bughive_protocol.deliveries import Deliveries
from bughive_protocol.frontier import Counts
from bughive_protocol.lease import Release, Signal
from bughive_protocol.picture import Crowded
from bughive_protocol.ticket_record import TicketRecord


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Verdict(_Frozen):
    """The compare-and-set end of a session in Redis: the first writer wins and nothing changes it."""

    cancelled: bool
    """True: the operator cancelled (or timed it out) before a worker finished."""
    outcome: Outcome | None
    completed_at: datetime
    """By Redis' clock."""
    reason: str = ""
    """For a cancel: the condition reason the operator gave, such as ``Cancelled`` or ``ActiveDeadlineExceeded``."""

    @property
    def phase(self) -> Phase:
        """The phase that the session ends in."""
        if self.cancelled:
            return Phase.CANCELLED if self.reason == Phase.CANCELLED else Phase.FAILED
        return Phase.FAILED if self.outcome is Outcome.ERROR else Phase.COMPLETED


class Digest(_Frozen):
    """The result in short (<= 32 KiB as JSON), written just before the verdict, or by a partial report."""

    content: CrawlReportContent
    report_url: str | None = None


class LeaseView(_Frozen):
    """One shard's lease as Redis has it now."""

    shard: int
    attempt: int
    epoch: int
    worker: str
    """The holder's host and process, for people."""
    expires_in: float
    """Seconds until it runs out; negative: ran out that long ago."""


class SessionSnapshot(_Frozen):
    """All that Redis says of one session at one moment."""

    session_id: str
    attempt: int
    """The fence's attempt; 0: never dispatched."""
    generation: int = 0
    signal: Signal = Signal.RUN
    sent_ago: float | None = None
    """Seconds since this attempt's message was last sent; None: not sent yet."""
    sends: int = 0
    """How many times this attempt's message was sent."""
    leases: tuple[LeaseView, ...] = ()
    shards: int = 1
    """How many workers may hold a lease at once."""
    releases: Mapping[int, Release] = {}
    """Of the current attempt, by shard."""
    release: Release | None = None
    """That of them which tells most."""
    verdict: Verdict | None = None
    digest: Digest | None = None
    counts: Counts = Counts()
    bugs: BugCounts = BugCounts()
    current_url: str | None = None
    crowded: Crowded | None = None
    """The last picture found no room, and why."""
    started_at: datetime | None = None
    """When this attempt's lease was first acquired."""
    updated_at: datetime | None = None
    acknowledged: bool = False
    """Whether ``acknowledge`` was called: the resource shows how the session ended."""
    deliveries: Deliveries = Deliveries()
    """What its integrations have delivered."""
    tickets: tuple[TicketRecord, ...] = ()
    """What became of its bugs' tickets."""

"""The operator's side of Redis: what it reads of a session, and the few things it writes.

Every write is one Lua script, monotone in (attempt, generation): a deposed leader changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_session import BugCounts, Outcome
from bughive_protocol.frontier import Counts
from bughive_protocol.lease import Release, Signal


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
    release: Release | None = None
    """Of the current attempt."""
    verdict: Verdict | None = None
    digest: Digest | None = None
    counts: Counts = Counts()
    bugs: BugCounts = BugCounts()
    current_url: str | None = None
    started_at: datetime | None = None
    """When this attempt's lease was first acquired."""
    updated_at: datetime | None = None
    acknowledged: bool = False
    """Whether ``acknowledge`` was called: the resource shows how the session ended."""


@dataclass(frozen=True)
class DispatchOrder:
    """What the operator writes before it sends a task."""

    session_id: str
    namespace: str
    name: str
    attempt: int
    generation: int
    spec_json: str
    """The CrawlSessionSpec as JSON, by alias."""
    shards: int = 1


@dataclass(frozen=True)
class Changes:
    """What changed since a cursor. A new ``incarnation`` means Redis was emptied: read everything."""

    incarnation: str
    cursor: int
    session_ids: tuple[str, ...]


class SessionControl:
    """The operator's handle on Redis (redis.asyncio). All methods raise ``redis.RedisError`` when it is away."""

    async def observe(self, session_ids: Sequence[str]) -> list[SessionSnapshot]:
        """What Redis says of these sessions, in their order, in one round trip."""
        raise NotImplementedError

    async def dispatch(self, order: DispatchOrder) -> bool:
        """Raise the fence to this attempt and put the spec beside the state. False: a newer attempt is there."""
        raise NotImplementedError

    async def mark_sent(self, session_id: str, attempt: int) -> None:
        """Note that this attempt's message was sent now."""
        raise NotImplementedError

    async def signal(self, session_id: str, attempt: int, generation: int, signal: Signal) -> bool:
        """Ask the attempt's workers to go on, suspend or cancel. False: it is stale or has a verdict."""
        raise NotImplementedError

    async def cancel(self, session_id: str, attempt: int, generation: int, reason: str) -> Verdict:
        """End the session by compare-and-set; returns the verdict that holds, ours or an earlier one."""
        raise NotImplementedError

    async def fence_off(self, session_id: str, attempt: int) -> None:
        """Raise the epoch so that whoever still holds the lease of this attempt can write no more."""
        raise NotImplementedError

    async def acknowledge(self, session_id: str, status: str, error: str | None) -> None:
        """The terminal status has reached the resource: write the seed's state and start its 24 h to live."""
        raise NotImplementedError

    async def delete(self, session_id: str) -> None:
        """The resource is gone: fence off every holder and remove all keys of the session."""
        raise NotImplementedError

    async def changes(self, incarnation: str | None, cursor: int) -> Changes:
        """Which sessions changed since the cursor."""
        raise NotImplementedError

    async def expired_leases(self) -> list[str]:
        """The sessions that have a lease which ran out (by Redis TIME)."""
        raise NotImplementedError

    async def stored_sessions(self) -> dict[str, float]:
        """Every session id that has keys here, with its state's age in seconds."""
        raise NotImplementedError

    async def publish_live(self, session_ids: Sequence[str]) -> None:
        """Publish the ids whose resources exist, with the time, for ``cleanup_old_sessions``."""
        raise NotImplementedError

"""What the operator can do: a closed set of small orders, and the plan that lists them."""

from dataclasses import dataclass
from datetime import datetime

from bughive_crds.crawl_session import CrawlSessionStatus
from bughive_operator.reasons import Reason
from bughive_protocol.control import Digest
from bughive_protocol.lease import Signal


@dataclass(frozen=True)
class PatchStatus:
    """Make the resource's status this one, if the resource has not changed since it was observed."""

    status: CrawlSessionStatus
    transition: bool
    """False: only numbers and sentences moved, so it may wait and be merged with later ones."""


@dataclass(frozen=True)
class Dispatch:
    """Raise the fence to this attempt, write the spec beside it, then send the message."""

    attempt: int


@dataclass(frozen=True)
class Send:
    """Send the messages of these shards (again); the fence stands already."""

    attempt: int
    shards: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Reopen:
    """Let shards be taken again whose workers are dead or have left, and give the dead ones' pages to the others."""

    attempt: int
    shards: tuple[int, ...]


@dataclass(frozen=True)
class SetSignal:
    """Ask the attempt's workers to suspend, or to go on."""

    attempt: int
    signal: Signal


@dataclass(frozen=True)
class Cancel:
    """End the session in Redis by compare-and-set; a worker that finished first wins."""

    attempt: int
    reason: Reason


@dataclass(frozen=True)
class Bury:
    """Leave a dead letter of a session that kills its workers; one for each attempt, however often it is asked for."""

    attempt: int
    message: str


@dataclass(frozen=True)
class FenceOff:
    """Take the right to write from whoever still holds the attempt's lease."""

    attempt: int


@dataclass(frozen=True)
class Revoke:
    """Ask the worker process to abort the attempt's task, whatever it is doing."""

    attempt: int


@dataclass(frozen=True)
class WriteReport:
    """Write the CrawlReport beside the session, owned by it."""

    digest: Digest


@dataclass(frozen=True)
class Acknowledge:
    """Tell Redis that the resource shows the end: its keys may go in 24 hours."""

    completed: bool
    error: str | None


@dataclass(frozen=True)
class Expire:
    """Delete the resource: its time after the finish is over."""


@dataclass(frozen=True)
class StopWork:
    """The resource is gone: fence off and abort its workers and remove the session from Redis."""

    attempt: int


@dataclass(frozen=True)
class Announce:
    """Post a Kubernetes event."""

    warning: bool
    reason: str
    message: str


@dataclass(frozen=True)
class WakeAt:
    """Nothing to do until this moment, if nothing else happens."""

    at: datetime


Action = (
    PatchStatus
    | Dispatch
    | Send
    | Reopen
    | SetSignal
    | Cancel
    | Bury
    | FenceOff
    | Revoke
    | WriteReport
    | Acknowledge
    | Expire
    | StopWork
    | Announce
)


@dataclass(frozen=True)
class Plan:
    """Actions in the order in which they must happen; if one fails, those behind it do not."""

    actions: tuple[Action, ...] = ()
    wake: WakeAt | None = None

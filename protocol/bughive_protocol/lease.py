"""The words of the lease protocol: who may work on a session's shard, and how a turn ends.

The Celery message is only a hint; the fence and the lease in Redis decide (docs/architecture.md).
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

LEASE_TTL_SECONDS = 15.0
"""A holder that has not beaten for this long has lost the lease."""
BEAT_SECONDS = 5.0
"""How often a holder beats."""
TAKEOVER_GRACE_SECONDS = 8.0
"""How long after a lease ran out, without a release record, its holder counts as dead."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Fence(_Frozen):
    """A holder's proof; every write carries it. A newer attempt or epoch makes it stale."""

    session_id: str
    shard: int
    attempt: int
    epoch: int
    """Rises with each successful acquire."""
    owner: str
    """A random token of this acquire."""

    @property
    def token(self) -> str:
        """What Redis holds for this shard as long as the fence is good."""
        return f"{self.attempt}.{self.epoch}.{self.owner}"


class AcquireResult(StrEnum):
    """What acquire answers. Anything but OK means: acknowledge the message and drop it."""

    OK = "OK"
    STALE = "STALE"
    """A newer attempt exists, or the session is not known."""
    DONE = "DONE"
    """The session has a verdict, or this attempt was released already."""
    CANCELLED = "CANCELLED"
    SUSPENDED = "SUSPENDED"
    HELD = "HELD"
    """Another worker holds the lease."""


class BeatResult(StrEnum):
    """What a beat answers, in order of precedence."""

    LOST = "LOST"
    CANCEL = "CANCEL"
    SUSPEND = "SUSPEND"
    DRAIN = "DRAIN"
    SLICE = "SLICE"
    """Another shard's share of time is over, and with it that of all."""
    OK = "OK"


class Signal(StrEnum):
    """What the operator asks of a running session."""

    RUN = "run"
    SUSPEND = "suspend"
    CANCEL = "cancel"


class ReleaseReason(StrEnum):
    """Why a worker gave its lease back on purpose, without a verdict."""

    DRAIN = "Drain"
    """The worker is shutting down."""
    SLICE = "Slice"
    """The attempt had its share of time."""
    SUSPEND = "Suspend"
    CANCEL = "Cancel"
    ERROR = "Error"
    """The attempt failed; ``message`` says how, ``permanent`` whether trying again is useless."""


class Release(_Frozen):
    """The release record: how an attempt ended on purpose."""

    reason: ReleaseReason
    attempt: int
    epoch: int
    at: datetime
    message: str = ""
    permanent: bool = False
    error: str = ""
    """The error's class name, such as ``SiteUnreachable``."""

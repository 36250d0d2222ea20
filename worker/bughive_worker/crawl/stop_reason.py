"""Why a turn of work has to stop, in order of precedence."""

from enum import StrEnum


class StopReason(StrEnum):
    """Why a turn stops before everything is crawled. Earlier ones override later ones."""

    LOST = "lost"
    """Another attempt or epoch owns the shard: nothing more may be written."""
    SILENT = "silent"
    """No beat got through for the lease's whole time to live: the lease may be another's by now."""
    CANCEL = "cancel"
    SUSPEND = "suspend"
    DRAIN = "drain"
    """The worker is shutting down."""
    SLICE = "slice"
    """The attempt had its share of time."""

    def overrides(self, other: "StopReason | None") -> bool:
        """Whether this reason is to replace ``other``."""
        order = list(StopReason)
        return other is None or order.index(self) < order.index(other)

"""One integration in the demo: a local server, what it adds to the session, and what arrived there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bughive_dev.cluster import Cluster
from bughive_dev.supervision import Supervision


@dataclass(frozen=True)
class Arrival:
    """What arrived at a server, in plain text."""

    summary: str
    """How much of what, in a line."""
    lines: tuple[str, ...] = ()
    """A few more, that show it."""


class Integration(Protocol):
    """The demo calls these in their order."""

    name: str
    """A heading."""

    def start(self, supervision: Supervision) -> Mapping[str, str]:
        """Start its server; returns what operator and workers need to know of it, as environment variables."""
        ...

    def configure(self, cluster: Cluster) -> Mapping[str, Any]:
        """Make the Secrets it needs; returns the fields that it adds to the session's spec."""
        ...

    def arrived(self) -> Arrival:
        """What its server got."""
        ...

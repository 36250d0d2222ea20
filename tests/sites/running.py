"""A site that is being served: where it is, and how to stop it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class RunningSite:
    """A site on loopback. ``url`` has no trailing slash; ``close`` frees the port."""

    url: str
    close: Callable[[], Awaitable[None]]

"""The seam between holding a session and crawling it: who holds the lease knows nothing of browsers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import redis.asyncio

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.control import Digest
from bughive_protocol.lease import Fence
from bughive_worker.runtime.stop import Stop
from bughive_worker.settings import WorkerSettings


@dataclass(frozen=True)
class Turn:
    """One holder's go at a session's shard."""

    fence: Fence
    namespace: str
    name: str
    spec: CrawlSessionSpec
    stop: Stop
    at_page: Callable[[str], None]
    """Call it with each page that is begun: people see it as the current URL."""


class SessionWork(Protocol):
    """What is done with a session that is held. Every method runs in the child's event loop."""

    async def crawl(self, turn: Turn) -> bool:
        """Crawl until nothing is left (True), or until ``turn.stop`` asks for an end (False).

        It is called again for the same fence after Redis was away; what this shard had claimed is given back before.
        """
        ...

    async def conclude(self, turn: Turn, *, partial: bool) -> Digest:
        """Write the session's report, and say in short what it says. May be called again: then it replaces the report.

        Args:
            turn: the go that came to the end.
            partial: the session was cancelled before every page was seen.
        """
        ...

    async def close(self) -> None:
        """Let go of everything, as browsers; within a few seconds. Called once, when the child ends."""
        ...


OpenWork = Callable[[WorkerSettings, redis.asyncio.Redis], Awaitable[SessionWork]]
"""Opens the work of one child, in its loop, at its first session."""

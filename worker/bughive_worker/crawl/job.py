"""What a crawl is given, and how it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.ledger import Ledger
from bughive_protocol.pace import Pace
from bughive_protocol.stores import Findings, Frontier, Images, SeenPages
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.login.login import ReadSecret


@dataclass(frozen=True)
class CrawlJob:
    """One session, as far as the crawl needs to know it."""

    session_id: str
    namespace: str
    name: str
    spec: CrawlSessionSpec
    read_secret: ReadSecret | None = None
    """How to get the Secrets that the spec names; None: there is no way."""


@dataclass(frozen=True)
class Stores:
    """Where the session's state is."""

    frontier: Frontier
    findings: Findings
    images: Images
    pace: Pace
    seen_pages: SeenPages | None = None
    """What sessions saw of pages, for later ones; None: nothing is kept."""
    ledger: Ledger | None = None
    """What the session spends on a language model; None: none is asked."""


class StopRequest(Protocol):
    """A request to stop, which may come from another thread; ``bughive_worker.runtime.stop.Stop`` is one."""

    @property
    def reason(self) -> StopReason | None:
        """Why; None: go on."""
        ...

    async def wait(self) -> None:
        """Wait until there is a reason."""
        ...


class CrawlEnd(StrEnum):
    """How a crawl ended that met no error."""

    COMPLETE = "complete"
    """Every page was visited, or as many as the session may visit, and every link checked."""
    STOPPED = "stopped"
    """On request. What was claimed and not recorded was given back."""


OnPage = Callable[[str], None]
"""Called with the URL of each page that is begun."""

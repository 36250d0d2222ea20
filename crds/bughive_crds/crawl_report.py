"""The ``CrawlReport`` kind: a session's result in short, owned by its session.

It holds the 50 worst bugs and less than 32 KiB; the full list is in the artifact store,
because etcd is no bug database.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bughive_crds import GROUP
from bughive_crds.analysis import AnalysisStatus
from bughive_crds.crawl_session import BugCounts, Outcome
from bughive_crds.model import ApiModel, Severity

MAX_BUGS = 50
"""How many bugs a CrawlReport lists."""
MAX_TICKETS = 50
"""And how many tickets."""
REPORTS_SERVICE_ANNOTATION = f"{GROUP}/reports-service"
"""On a CrawlReport: the Service that serves its files, as ``NAMESPACE/NAME:PORT``."""


class ReportedBug(ApiModel):
    """One bug in short."""

    fingerprint: Annotated[str, Field(max_length=64)]
    """The same for the same bug in every session of this site."""
    kind: Annotated[str, Field(max_length=63)]
    severity: Severity
    title: Annotated[str, Field(max_length=200)]
    url: Annotated[str, Field(max_length=300)]
    """The first page it was seen on, cut at 300 characters."""
    occurrences: int = 1
    """On how many pages it was seen."""
    new: bool | None = None
    """Whether no earlier session of this site has found it. Unset where there is nothing to compare with."""


class ReportedPages(ApiModel):
    """What became of the pages."""

    crawled: int = 0
    failed: int = 0
    discovered: int = 0
    """Pages known, those among them that were not visited because `scope.maxPages` was reached."""
    reused: int = 0
    """Crawled pages whose document was unchanged, so that what an earlier session saw of them was reused."""
    left_out: int = 0
    """Pages that were not visited by a rule: robots.txt, `scope.maxDepth`, or a part of the site that seems endless."""

    @property
    def beyond(self) -> int:
        """Pages that are known and were not visited because `scope.maxPages` was reached."""
        return self.discovered - self.crawled


class ReportedDelivery(ApiModel):
    """What became of what others were to hear, of one kind."""

    kind: Annotated[str, Field(max_length=63)]
    """webhook, ticket or screenshot."""
    done: int = 0
    failed: int = 0
    error: Annotated[str, Field(max_length=500)] = ""
    """What the last that failed failed by; empty: none has."""


class ReportedTicket(ApiModel):
    """A ticket of one of the session's bugs."""

    tracker: Annotated[str, Field(max_length=63)]
    """linear or github."""
    name: Annotated[str, Field(max_length=63)]
    """What people call it, such as `WEB-12`."""
    url: Annotated[str, Field(max_length=300)]
    fingerprint: Annotated[str, Field(max_length=64)]
    """The bug's."""
    outcome: Annotated[str, Field(max_length=63)]
    """What the session did: opened, reopened, known (it was open), or leftClosed."""


class Artifact(ApiModel):
    """One file of the full report."""

    name: Annotated[str, Field(max_length=63)]
    """The file's name, such as `report.html`."""
    url: Annotated[str, Field(max_length=2048)]


class CrawlReportContent(ApiModel):
    """What a CrawlReport says: its `report` field."""

    session: Annotated[str, Field(max_length=253)]
    """The name of the CrawlSession."""
    url: Annotated[str, Field(max_length=2048)]
    """The page the crawl started from."""
    outcome: Outcome | None = None
    partial: bool = False
    """Whether the session was stopped before it had seen all pages in scope."""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    pages: ReportedPages = ReportedPages()
    bugs: BugCounts = BugCounts()
    analysis: AnalysisStatus | None = None
    """What the language model was asked and what that cost; unset where `analysis` is not enabled."""
    worst: Annotated[tuple[ReportedBug, ...], Field(max_length=MAX_BUGS)] = ()
    """The worst bugs, most severe first."""
    omitted: int = 0
    """How many bugs are only in the full report."""
    artifacts: Annotated[tuple[Artifact, ...], Field(max_length=16)] = ()
    deliveries: Annotated[tuple[ReportedDelivery, ...], Field(max_length=8)] = ()
    """What others heard of the session, where its spec asks for it; complete once condition Delivered is decided."""
    tickets: Annotated[tuple[ReportedTicket, ...], Field(max_length=MAX_TICKETS)] = ()
    """The tickets that the session opened, reopened or found open, as far as there is room."""

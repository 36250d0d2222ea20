"""``report.json``: the full result of a session, for programs.

Its JSON schema is published as docs/report.schema.json (``python -m bughive_dev.published_schemas``);
a change that removes or renames a field raises ``SCHEMA_VERSION``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from bughive_crds.analysis import AnalysisStatus
from bughive_crds.crawl_report import ReportedPages
from bughive_crds.crawl_session import BugCounts, CrawlSessionSpec, Outcome
from bughive_crds.model import Severity
from bughive_protocol.finding import Box, Confidence, Evidence, PlainWords, RecordedFinding
from bughive_protocol.frontier import LinkVerdict, PageEnd
from bughive_protocol.picture import KeptPicture, page_subject
from bughive_worker.report.history import Comparison

SCHEMA_VERSION: Literal[1] = 1


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class SessionName(_Part):
    """Which session this is."""

    id: str
    namespace: str
    name: str


class ReportedPicture(_Part):
    """A picture in WebP: of a bug, with the elements outlined that show it, or of a page."""

    name: str
    """Beside this report in the store: `pictures/` and the digest of its content."""
    url: str
    """Where people find it."""
    width: int
    height: int
    """In pixels."""
    size: int
    """In bytes."""


class ReportedFinding(_Part):
    """One bug with all that is known of it."""

    fingerprint: str
    kind: str
    severity: Severity
    confidence: Confidence
    title: str
    description: str
    url: str
    examples: tuple[str, ...]
    """The first pages it was seen on."""
    occurrences: int
    """On how many pages it was seen."""
    selector: str | None
    resource: str | None
    template: str | None
    viewport_width: int | None
    box: Box | None
    evidence: tuple[Evidence, ...]
    steps: tuple[str, ...]
    first_seen: datetime
    """In this session, or for a known bug in the first session that found it."""
    plain: PlainWords | None
    """The same in plain words, by the language model; beside the rule's own, never in their place."""
    ignored: str | None
    """Why it is not counted, from ``checks.ignore``."""
    new: bool | None
    """Whether no earlier session of the site has found it; null where there is nothing to compare with."""
    picture: ReportedPicture | None = None

    @classmethod
    def of(cls, recorded: RecordedFinding, comparison: Comparison | None) -> "ReportedFinding":
        """What the session recorded, as the report says it."""
        name = recorded.finding.fingerprint
        return cls(
            **{field: getattr(recorded.finding, field) for field in type(recorded.finding).model_fields},
            examples=recorded.examples,
            occurrences=recorded.occurrences,
            first_seen=comparison.since.get(name, recorded.first_seen) if comparison else recorded.first_seen,
            new=name in comparison.new if comparison else None,
        )


class FixedBug(_Part):
    """A bug of earlier sessions that is gone."""

    fingerprint: str
    kind: str
    severity: Severity
    title: str
    url: str
    first_seen: datetime
    last_seen: datetime


class ReportedPage(_Part):
    """What became of one page."""

    url: str
    final_url: str | None
    end: PageEnd
    status: int | None
    title: str | None
    template: str | None
    depth: int
    duration_ms: int
    """Of the visit that saw it."""
    error: str | None
    analyzed: bool = False
    """Whether the language model was heard about it."""
    reused_from: datetime | None
    """When an earlier session saw the page, whose document is unchanged since; null: this session visited it."""
    picture: ReportedPicture | None = None
    """What a visitor first sees of it, where `artifacts.screenshots` is `All`."""


class LeftOutPages(_Part):
    """Pages of the site that were not visited, for one reason."""

    why: str
    """``robots.txt``, ``maxDepth``, or which rule against endless sites (docs/usage.md)."""
    count: int
    examples: tuple[str, ...]
    """Some of them."""


class UncheckedLink(_Part):
    """A link of which nobody can say whether it works."""

    url: str
    verdict: LinkVerdict
    status: int | None
    error: str | None


class ReportDocument(_Part):
    """A session's full result."""

    schema_version: Literal[1] = SCHEMA_VERSION
    bughive_version: str
    session: SessionName
    spec: CrawlSessionSpec
    outcome: Outcome | None
    """Absent in a partial report of a session that was cancelled."""
    partial: bool
    """Whether the session was stopped before it had seen all pages in scope."""
    started_at: datetime | None
    completed_at: datetime
    pages: ReportedPages
    bugs: BugCounts
    analysis: AnalysisStatus | None = None
    """What the language model was asked and what that cost; null where `analysis` is not enabled."""
    links_checked: int
    findings: tuple[ReportedFinding, ...]
    """Worst first; those that are ignored come last."""
    fixed: tuple[FixedBug, ...]
    """Worst first."""
    crawled: tuple[ReportedPage, ...]
    """Every page, in the order of depth and URL."""
    left_out: tuple[LeftOutPages, ...]
    """What was not visited by a rule, most first."""
    unverifiable_links: tuple[UncheckedLink, ...]

    def pictured(self, kept: Mapping[str, KeptPicture]) -> "ReportDocument":
        """The same with pictures, by the fingerprints and the ``page_subject`` of what they show."""
        pictures = {subject: ReportedPicture(**picture.model_dump()) for subject, picture in kept.items()}
        findings = tuple(
            finding.model_copy(update={"picture": pictures.get(finding.fingerprint)}) for finding in self.findings
        )
        crawled = tuple(
            page.model_copy(update={"picture": pictures.get(page_subject(page.url))}) for page in self.crawled
        )
        return self.model_copy(update={"findings": findings, "crawled": crawled})

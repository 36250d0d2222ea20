"""The digest: a session's result in short, small enough for Redis and for a Kubernetes resource."""

from collections.abc import Sequence
from datetime import datetime

from bughive_crds.crawl_report import MAX_BUGS, Artifact, CrawlReportContent, ReportedBug
from bughive_protocol.control import Digest
from bughive_worker.report.document import ReportDocument, ReportedFinding

MAX_BYTES = 32 * 1024
"""The most a digest's JSON may take; etcd is no bug database."""


def digest(document: ReportDocument, artifacts: tuple[Artifact, ...]) -> Digest:
    """The worst bugs of a report and where the whole is, in less than ``MAX_BYTES``."""
    counting = [finding for finding in document.findings if finding.ignored is None]
    for kept in range(min(MAX_BUGS, len(counting)), -1, -1):
        result = Digest(
            content=_content(document, counting, kept, artifacts), report_url=artifacts[0].url if artifacts else None
        )
        if len(result.model_dump_json().encode()) < MAX_BYTES:
            return result
    raise ValueError("a digest without bugs is larger than 32 KiB")


def _content(
    document: ReportDocument, counting: Sequence[ReportedFinding], kept: int, artifacts: tuple[Artifact, ...]
) -> CrawlReportContent:
    return CrawlReportContent(
        session=document.session.name,
        url=document.spec.url,
        outcome=document.outcome,
        partial=document.partial,
        started_at=_utc(document.started_at),
        completed_at=_utc(document.completed_at),
        pages=document.pages,
        bugs=document.bugs,
        analysis=document.analysis,
        worst=tuple(_bug(finding) for finding in counting[:kept]),
        omitted=len(counting) - kept,
        artifacts=artifacts,
    )


def _bug(finding: ReportedFinding) -> ReportedBug:
    return ReportedBug(
        fingerprint=finding.fingerprint,
        kind=finding.kind,
        severity=finding.severity,
        title=finding.title[:200],
        url=finding.url[:300],
        occurrences=finding.occurrences,
        new=finding.new,
    )


def _utc(moment: datetime | None) -> datetime | None:
    """Without microseconds, as Kubernetes writes times."""
    return moment and moment.replace(microsecond=0)

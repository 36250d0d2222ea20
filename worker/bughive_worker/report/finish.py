"""The end of a session: site oracles, report files, digest."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from pydantic import ValidationError
from structlog.stdlib import get_logger

from bughive_crds.crawl_report import Artifact, ReportedPages
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.artifact_names import CONTENT_TYPES, KEPT, KEPT_TYPE, history_key
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.control import Digest
from bughive_protocol.finding import RecordedFinding
from bughive_protocol.frontier import Counts, LeftOut, LinkResult, LinkVerdict, PageResult
from bughive_protocol.stores import Findings, Images
from bughive_worker.detectors import semantic
from bughive_worker.detectors.ignoring import marked
from bughive_worker.detectors.registry import BY_INSPECTION, detect_site, wanted_kinds
from bughive_worker.report.digest import digest
from bughive_worker.report.document import (
    FixedBug,
    LeftOutPages,
    ReportDocument,
    ReportedFinding,
    ReportedPage,
    SessionName,
    UncheckedLink,
)
from bughive_worker.report.files import report_files
from bughive_worker.report.history import Comparison, History, KnownBug, Look, compare
from bughive_worker.report.html import fitting
from bughive_worker.report.pictures import below, keep_all, read_pictures
from bughive_worker.report.shown_spec import shown_spec
from bughive_worker.report.verdict import count_bugs, outcome, worst_first

log = get_logger(__name__)
_EXAMPLES = 10
"""How many of the pages that one rule left out are named."""
_KEPT = b"spec.artifacts.keep: BugHive does not remove this report. Remove this file, and in time it does.\n"


@dataclass(frozen=True)
class Ended:
    """What the caller knows of a session that is over."""

    session: SessionName
    spec: CrawlSessionSpec
    folder: str
    """Where in the artifact store the files go, such as ``shop/1b4e28ba``; may be empty."""
    counts: Counts
    started_at: datetime | None
    completed_at: datetime
    site: str | None
    """Whose history its bugs are compared with: the host, with its port; None: with nothing."""
    history_lock: AbstractAsyncContextManager[object]
    """Held while the history is changed."""
    history_days: float
    """Bugs that were not seen for so long are forgotten; 0: none is."""
    partial: bool
    """Stopped before every page in scope was seen: then the site oracles, which need all pages, do not run."""


async def write_report(ended: Ended, findings: Findings, images: Images, store: ArtifactStore) -> Digest:
    """Run the site oracles, write the report's files, and return the result in short.

    Safe to repeat: findings are recorded once and files are replaced.

    Raises:
        ArtifactStoreUnavailable: the files could not be kept.
    """
    pages = await findings.pages()
    checks = ended.spec.checks
    if not ended.partial:
        await findings.add(marked(detect_site(pages, checks), checks.ignore, datetime.now(UTC)))
    recorded = worst_first(await findings.all())
    links = await findings.links()
    comparison = await _compared(ended, recorded, pages, links, store)
    if ended.spec.artifacts.keep and ended.folder:
        await store.put(below(ended.folder, KEPT), _KEPT, KEPT_TYPE)
    kept = await keep_all(images, ended.folder, store)
    bare = _document(ended, recorded, comparison, pages, await findings.left_out(), links)
    document = await asyncio.to_thread(bare.pictured, kept)
    pictures = await read_pictures(kept, fitting(document), ended.folder, store)
    # Rendering takes seconds for thousands of findings, and the loop has leases to serve.
    files = await asyncio.to_thread(report_files, document, pictures)
    artifacts = [
        Artifact(name=name, url=await store.put(below(ended.folder, name), content, CONTENT_TYPES[name]))
        for name, content in files.items()
    ]
    return digest(document, tuple(artifacts))


async def _compared(
    ended: Ended,
    recorded: Sequence[RecordedFinding],
    pages: Sequence[PageResult],
    links: Sequence[LinkResult],
    store: ArtifactStore,
) -> Comparison | None:
    """Compare with the site's history, and write this session into it."""
    if ended.site is None:
        return None
    look = _look(ended, pages, links)
    results: list[Comparison | None] = []

    def change(stored: bytes | None) -> bytes:
        history, comparison = compare(_read(stored), recorded, look, timedelta(days=ended.history_days))
        results.append(comparison)
        return history.model_dump_json().encode()

    async with ended.history_lock:
        await store.update(history_key(ended.session.namespace, ended.site), change)
    return results[-1]


def _read(stored: bytes | None) -> History | None:
    try:
        return None if stored is None else History.model_validate_json(stored)
    except ValidationError:
        log.exception("the site's history cannot be read and begins anew")
        return None


def _look(ended: Ended, pages: Sequence[PageResult], links: Sequence[LinkResult]) -> Look:
    return Look(
        session_id=ended.session.id,
        began=ended.started_at or ended.completed_at,
        at=ended.completed_at,
        complete=not ended.partial,
        pages=frozenset(page.url for page in pages if not page.end.failed),
        inspected=frozenset(page.url for page in pages if page.inspected),
        kinds=wanted_kinds(ended.spec.checks),
        kinds_by_inspection=frozenset(kind for detector in BY_INSPECTION for kind in detector.kinds),
        analyzed=frozenset(page.url for page in pages if page.analyzed),
        kinds_by_analysis=frozenset(semantic.ORACLE.kinds),
        least=ended.spec.checks.min_severity,
        undecided=frozenset(link.url for link in links if link.verdict is LinkVerdict.UNVERIFIABLE),
    )


def _by_reason(left_out: Sequence[LeftOut]) -> tuple[LeftOutPages, ...]:
    urls: dict[str, list[str]] = {}
    for page in sorted(left_out, key=lambda page: page.url):
        urls.setdefault(page.why, []).append(page.url)
    return tuple(
        LeftOutPages(why=why, count=len(of), examples=tuple(of[:_EXAMPLES]))
        for why, of in sorted(urls.items(), key=lambda item: -len(item[1]))
    )


def _document(
    ended: Ended,
    recorded: Sequence[RecordedFinding],
    comparison: Comparison | None,
    pages: Sequence[PageResult],
    left_out: Sequence[LeftOut],
    links: Sequence[LinkResult],
) -> ReportDocument:
    return ReportDocument(
        bughive_version=version("bughive"),
        session=ended.session,
        spec=shown_spec(ended.spec),
        outcome=None if ended.partial else outcome(recorded, ended.spec.fail_on, comparison),
        partial=ended.partial,
        started_at=ended.started_at,
        completed_at=ended.completed_at,
        pages=ReportedPages(
            crawled=len(pages),
            failed=sum(page.end.failed for page in pages),
            discovered=ended.counts.discovered,
            reused=sum(page.reused_from is not None for page in pages),
            left_out=len(left_out),
        ),
        bugs=count_bugs(recorded, comparison),
        analysis=ended.counts.analysis,
        links_checked=len(links),
        findings=tuple(ReportedFinding.of(item, comparison) for item in recorded),
        fixed=tuple(
            FixedBug(
                fingerprint=name,
                **{field: getattr(bug, field) for field in KnownBug.model_fields.keys() & FixedBug.model_fields},
            )
            for name, bug in sorted(
                (comparison.fixed if comparison else {}).items(),
                key=lambda item: (item[1].severity.rank, item[1].kind, item[1].url),
            )
        ),
        crawled=tuple(
            ReportedPage(**{name: getattr(page, name) for name in ReportedPage.model_fields.keys() - {"picture"}})
            for page in sorted(pages, key=lambda page: (page.depth, page.url))
        ),
        left_out=_by_reason(left_out),
        unverifiable_links=tuple(
            UncheckedLink(url=link.url, verdict=link.verdict, status=link.status, error=link.error)
            for link in sorted(links, key=lambda link: link.url)
            if link.verdict is LinkVerdict.UNVERIFIABLE
        ),
    )

"""Which reports are old enough to go, and their removal. A report stays as long as its CrawlSession.

One with ``artifacts.keep`` stays for ever: nothing in BugHive removes it, only the store itself, such as by a bucket's
lifecycle rules. When a report is old, its CrawlSession and its keys in Redis are gone; so it is the store that tells,
by the file ``KEPT``, which is there before any other file of the report. Whoever removes that file lets the report go.
"""

from collections.abc import AsyncIterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bughive_protocol.artifact_names import KEPT, ReportFile, report_folder
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.live import GONE_MARGIN, Live


@dataclass(frozen=True)
class StoredReport:
    """One session's report in the artifact store; without its files, of which all reports may have millions."""

    namespace: str
    session_id: str
    written_at: datetime
    """When the newest of its files was written."""
    kept: bool
    """Whether it outlives its CrawlSession."""

    @property
    def folder(self) -> str:
        """Where its files are."""
        return report_folder(self.namespace, self.session_id)


async def remove_old_reports(
    store: ArtifactStore, live: Live | None, now: datetime, max_age: timedelta, *, dry_run: bool
) -> tuple[str, ...]:
    """Remove the reports that are ``too_old``; with ``dry_run`` only tell. Returns their folders.

    Raises:
        ArtifactStoreUnavailable: the store is away; what was removed before is gone.
    """
    removed = [report.folder for report in await by_session(store.each_file()) if too_old(report, live, now, max_age)]
    for folder in removed:
        if not dry_run:
            await store.delete([file.key for file, _ in await store.files(folder)])
    return tuple(removed)


async def remove_old_histories(
    store: ArtifactStore, now: datetime, max_age: timedelta, *, dry_run: bool
) -> tuple[str, ...]:
    """Remove what is known of sites that no session has crawled for so long; with ``dry_run`` only tell.

    Returns:
        Their keys.

    Raises:
        ArtifactStoreUnavailable: the store is away; what was removed before is gone.
    """
    removed = tuple(key for key, written_at in await store.histories() if now - written_at > max_age)
    if not dry_run:
        await store.delete(removed)
    return removed


def too_old(report: StoredReport, live: Live | None, now: datetime, max_age: timedelta) -> bool:
    """May a report go? Not one that is kept, nor where its CrawlSession may be there: an older list tells nothing.

    Args:
        report: the report.
        live: which CrawlSessions there are, as the operator last said; None: it has not said yet.
        now: by Redis' clock.
        max_age: how long reports outlive their writing.
    """
    return (
        not report.kept
        and live is not None
        and report.session_id not in live.session_ids
        and live.at - report.written_at > GONE_MARGIN
        and now - report.written_at > max_age
    )


async def by_session(files: AsyncIterable[tuple[ReportFile, datetime]]) -> list[StoredReport]:
    """The reports that these files belong to, by folder; the files come in any order."""
    found: dict[str, StoredReport] = {}
    async for file, written_at in files:
        one = StoredReport(file.namespace, file.session_id, written_at, kept=file.name == KEPT)
        known = found.setdefault(one.folder, one)
        found[one.folder] = replace(one, written_at=max(one.written_at, known.written_at), kept=one.kept or known.kept)
    return [found[folder] for folder in sorted(found)]

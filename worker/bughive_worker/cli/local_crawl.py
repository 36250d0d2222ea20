"""A whole session in this process: the same crawl, stores in memory, reports in a directory."""

import asyncio
import os
import signal
import uuid
from contextlib import nullcontext
from datetime import UTC, datetime
from urllib.parse import urlsplit

from rich.console import Console

from bughive_crds.crawl_session import CrawlSessionSpec, Outcome
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.ledger import MemoryLedger
from bughive_protocol.limits import Limits
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.pace import MemoryPace
from bughive_protocol.settings import load
from bughive_worker.analysis.models import Models
from bughive_worker.cli.local_images import LocalImages
from bughive_worker.cli.local_secrets import LocalSecrets
from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.cli.progress import ProgressLine, print_result
from bughive_worker.cli.settings import CliSettings
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd, CrawlJob, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.report.document import SessionName
from bughive_worker.report.finish import Ended, write_report

REFRESH_SECONDS = 0.3


async def crawl_here(spec: CrawlSessionSpec, store: ArtifactStore) -> Outcome | None:
    """Crawl, report, and say how it ended; None where it was interrupted.

    Args:
        spec: what to crawl. Its URL's host may be private: whoever runs this chose it.
        store: where the reports go.

    Raises:
        BugHiveError: the site could not be crawled at all.
    """
    console = Console(stderr=True)
    settings = load(CliSettings)
    host = urlsplit(spec.url).hostname or ""
    models = Models(settings, settings.egress_allow_cidrs)
    async with Engine(settings, settings.egress_policy(host), models=models) as engine:
        return await _run(spec, engine, store, console)


async def _run(spec: CrawlSessionSpec, engine: Engine, store: ArtifactStore, console: Console) -> Outcome | None:
    memory, limits, stop = MemorySession(), Limits(spec.scope.max_pages), LocalStop()
    stores = Stores(
        MemoryFrontier(memory, limits),
        MemoryFindings(memory),
        LocalImages(memory, store),
        MemoryPace(),
        ledger=MemoryLedger(memory.analysis),
    )
    job = CrawlJob(
        str(uuid.uuid4()), "local", urlsplit(spec.url).hostname or "site", spec, LocalSecrets(os.environ).secret
    )
    started_at = datetime.now(UTC)
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.request, StopReason.CANCEL)
    line = ProgressLine(console, spec.scope.max_pages)
    with line.live:
        refreshing = asyncio.create_task(_refresh(line, stores))
        try:
            end = await crawl(job, stores, engine, stop, line.at_page)
        finally:
            refreshing.cancel()
    partial = end is not CrawlEnd.COMPLETE
    ended = Ended(
        session=SessionName(id=job.session_id, namespace=job.namespace, name=job.name),
        spec=spec,
        folder="",
        counts=await stores.frontier.counts(),
        started_at=started_at,
        completed_at=datetime.now(UTC),
        site=None,
        history_lock=nullcontext(),
        history_days=0,
        partial=partial,
    )
    digest = await write_report(ended, stores.findings, stores.images, store)
    print_result(Console(), digest.content)
    return digest.content.outcome


async def _refresh(line: ProgressLine, stores: Stores) -> None:
    while True:
        line.show(await stores.frontier.counts())
        await asyncio.sleep(REFRESH_SECONDS)

"""The crawl of one session: claim pages, take each through the graph, check links, until nothing is left."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from structlog.stdlib import get_logger

from bughive_protocol.errors import FenceLost
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd, CrawlJob, OnPage, StopRequest, Stores
from bughive_worker.crawl.seeds import plant_sitemap, plant_start, remember_visited
from bughive_worker.crawl.session import Session, ask_permission, open_session
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.crawl.workers import Workers

STOP_SECONDS = 3.0
"""How long pages that are being visited may still finish after a request to stop."""
_LINK_WORKERS = 3
_NO_WRITES = (StopReason.LOST, StopReason.SILENT)
log = get_logger(__name__)


async def crawl(
    job: CrawlJob, stores: Stores, engine: Engine, stop: StopRequest, on_page: OnPage = lambda _: None
) -> CrawlEnd:
    """Crawl until nothing is left to do for any shard, or until ``stop`` asks for an end.

    Every claimed page is recorded or given back. Stops within about five seconds.

    Args:
        job: what to crawl.
        stores: where the session's state is.
        engine: the process' browser and proxy, started.
        stop: may be set from another thread.
        on_page: called with the URL of each page that is begun.

    Raises:
        SiteUnreachable: the start page's host cannot be reached.
        BrowserUnavailable: the browser does not start or keeps dying.
        EgressRefused: the guard forbids the start page's host; the message names the setting.
        InvalidSpec: the spec makes no sense for this site; the message says what to change.
        LoginFailed: the site does not let the session in, or throws it out again and again.
        CredentialsForbidden, CredentialsUnavailable: the Secret to log in with cannot be had.
        FenceLost: another attempt owns the session; nothing was given back.
    """
    try:
        async with open_session(job, stores, engine, on_page) as session:
            end = await _crawl(session, stop)
    except FenceLost:
        raise
    except BaseException:
        if stop.reason not in _NO_WRITES:
            await _give_back(stores)
        raise
    if end is CrawlEnd.STOPPED and stop.reason not in _NO_WRITES:
        await stores.frontier.give_back()
    return end


async def _crawl(session: Session, stop: StopRequest) -> CrawlEnd:
    workers = Workers(session)
    stopped = asyncio.ensure_future(stop.wait())
    working = asyncio.ensure_future(_work(session, workers))
    try:
        await asyncio.wait((stopped, working), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            workers.stopping = True
            workers.tell()
            await asyncio.wait((working,), timeout=STOP_SECONDS)
        if working.done():
            working.result()  # raises what the work raised
        return CrawlEnd.STOPPED if workers.stopping else CrawlEnd.COMPLETE
    finally:
        stopped.cancel()
        working.cancel()
        await asyncio.wait((stopped, working))


async def _work(session: Session, workers: Workers) -> None:
    if session.login:
        await session.login.prepare()
    await ask_permission(session)
    if session.login:
        await session.login.enter()
    await remember_visited(session)
    await plant_start(session)
    await _together(
        _seed(session, workers),
        *(workers.visit_pages() for _ in range(session.engine.host.pages)),
        *(workers.check_links() for _ in range(_LINK_WORKERS)),
    )


async def _seed(session: Session, workers: Workers) -> None:
    if session.spec.scope.sitemap:
        await plant_sitemap(session)
    workers.seeding = False
    workers.tell()


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all; when one fails, the others are cancelled and its error is raised as it is."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done() and not task.cancelled():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _give_back(stores: Stores) -> None:
    """After an error. That the store fails too must not hide it: a takeover gives the claims back as well."""
    try:
        await stores.frontier.give_back()
    except FenceLost:
        log.info("nothing to give back: the session was deleted or is another's")
    except Exception:
        log.exception("what was claimed could not be given back")

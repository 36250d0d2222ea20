"""Where a crawl begins: the start page, and what the sitemap names."""

import asyncio

from bughive_protocol.frontier import FrontierItem, Via
from bughive_worker.crawl.bounds import Origin
from bughive_worker.crawl.session import Session
from bughive_worker.net.sitemap import collect_sitemap

_BATCH = 500


async def plant_start(session: Session) -> None:
    """Make the start page known."""
    start = session.bounds.scope.start
    await session.bounds.rule(start, 0)  # counted among the admitted
    await session.stores.frontier.add([FrontierItem(url=start, depth=0, via=Via.START)])


async def plant_sitemap(session: Session) -> None:
    """Make the pages known that the sitemaps name: those that robots.txt names, else the one in the usual place."""
    bounds = session.bounds
    starts = (await bounds.rules(bounds.scope.start)).sitemaps or bounds.sitemaps
    sitemap = await collect_sitemap(session.fetcher, session.pacer, starts, bounds.scope.admits)
    batch: list[FrontierItem] = []
    for url in sitemap.pages:
        use = (await bounds.rule(session.redaction.text(url), 0, Origin.SITEMAP)).use
        if use.is_visit:
            batch.append(FrontierItem(url=url, depth=1, via=Via.SITEMAP, late=use.is_late))
        if len(batch) >= _BATCH:
            await session.stores.frontier.add(batch)
            batch = []
    if batch:
        await session.stores.frontier.add(batch)


async def remember_visited(session: Session) -> None:
    """Tell the bounds on traps what earlier attempts have visited."""
    if (await session.stores.frontier.counts()).crawled == 0:
        return
    for count, page in enumerate(await session.stores.findings.pages()):
        session.bounds.remember(page.url)
        if count % _BATCH == 0:
            await asyncio.sleep(0)  # there may be a hundred thousand

"""What a page leads to: pages to visit, links and assets to check."""

from collections.abc import Iterator
from dataclasses import dataclass

from bughive_protocol.frontier import FrontierItem, LinkItem, PageEnd, Via
from bughive_worker.crawl.bounds import Bounds, Use
from bughive_worker.net.urls import canonical
from bughive_worker.observation import PageObservation

_ASSETS = frozenset(("script", "stylesheet", "font", "media", "image"))


@dataclass(frozen=True)
class Outlinks:
    """Where a page leads."""

    pages: tuple[FrontierItem, ...] = ()
    checks: tuple[LinkItem, ...] = ()
    count: int = 0
    """How many different pages it links to."""


async def outlinks(observation: PageObservation, bounds: Bounds) -> Outlinks:
    """Sort a page's links and assets, or where it redirects to."""
    if observation.end is PageEnd.REDIRECTED_AWAY:
        return await _redirect(observation, bounds)
    if observation.dom is None:
        return Outlinks()
    pages: dict[str, FrontierItem] = {}
    checks: dict[str, LinkItem] = {}
    here, depth = observation.url, observation.depth + 1
    links = {url: link for link in observation.dom.links if (url := canonical(link.url)) and url != here}
    for url, link in links.items():
        use = await bounds.use(url, depth)
        if use is Use.VISIT:
            pages[url] = FrontierItem(url=url, depth=depth, via=Via.LINK, referrer=here)
        elif use is Use.CHECK:
            checks[url] = LinkItem(url=url, source=here, text=link.text, selector=link.selector)
    for asset in unseen_assets(observation):
        checks.setdefault(asset.url, asset)
    return Outlinks(tuple(pages.values()), tuple(checks.values()), len(links))


async def _redirect(observation: PageObservation, bounds: Bounds) -> Outlinks:
    url = canonical(observation.final_url)
    if url is None or url == observation.url:
        return Outlinks()
    # A redirect is no step away from the start page; one that leads to a further one is, so that chains end.
    depth = observation.depth + (observation.via is Via.REDIRECT)
    use = await bounds.use(url, depth)
    if use is Use.VISIT:
        return Outlinks(
            pages=(FrontierItem(url=url, depth=depth, via=Via.REDIRECT, referrer=observation.url),), count=1
        )
    if use is Use.CHECK:
        return Outlinks(checks=(LinkItem(url=url, source=observation.url, text="redirect"),), count=1)
    return Outlinks()


def unseen_assets(observation: PageObservation) -> Iterator[LinkItem]:
    """The parts of a page of which the browser does not tell whether they arrived: another site's, and lazy images."""
    known = {entry.url for entry in observation.network if entry.status is not None or entry.failure is not None}
    images = {image.url: image for image in observation.dom.images} if observation.dom else {}
    for image in images.values():
        shown = image.complete and image.natural_width > 0
        url = canonical(image.url)
        if url and not shown and image.url not in known:
            yield LinkItem(
                url=url, source=observation.url, text=image.alt or "", selector=image.selector, is_asset=True
            )
    for icon in observation.dom.icons if observation.dom else ():
        url = canonical(icon.url)
        if url and icon.url not in known:
            yield LinkItem(url=url, source=observation.url, text=icon.text, selector=icon.selector, is_asset=True)
    for entry in observation.network:
        url = canonical(entry.url)
        if url and entry.url not in known and entry.url not in images and entry.resource_type in _ASSETS:
            yield LinkItem(url=url, source=observation.url, is_asset=True)

"""What a page leads to: pages to visit, links and assets to check."""

from collections.abc import Iterator
from dataclasses import dataclass

from bughive_protocol.frontier import FrontierItem, LeftOut, LinkItem, PageEnd, Via
from bughive_worker.crawl.bounds import Bounds, Origin, Ruling, Use
from bughive_worker.net.urls import canonical
from bughive_worker.observation import PageObservation

_ASSETS = frozenset(("script", "stylesheet", "font", "media", "image"))


@dataclass(frozen=True)
class Outlinks:
    """Where a page leads."""

    pages: tuple[FrontierItem, ...] = ()
    checks: tuple[LinkItem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """Pages of the site that are not visited."""
    count: int = 0
    """How many different pages it links to."""


async def outlinks(observation: PageObservation, bounds: Bounds, *, late: bool = False) -> Outlinks:
    """Sort a page's links and assets, or where it redirects to. ``late``: the page was visited late."""
    origin = Origin.LATE_PAGE if late else Origin.PAGE
    if observation.end is PageEnd.REDIRECTED_AWAY:
        return await _redirect(observation, bounds, origin)
    if observation.dom is None:
        return Outlinks()
    pages: dict[str, FrontierItem] = {}
    checks: dict[str, LinkItem] = {}
    left_out: list[LeftOut] = []
    here, depth = observation.url, observation.depth + 1
    links = {url: link for link in observation.dom.links if (url := canonical(link.url)) and url != here}
    for url, link in links.items():
        ruling = await bounds.rule(url, depth, origin, link.text)
        if ruling.use.is_visit:
            pages[url] = _item(url, depth, Via.LINK, here, ruling)
        elif ruling.use is Use.CHECK:
            checks[url] = LinkItem(url=url, source=here, text=link.text, selector=link.selector)
        if ruling.why:
            left_out.append(LeftOut(url=url, why=ruling.why))
    for asset in unseen_assets(observation):
        if not bounds.must_not_ask(asset.url):
            checks.setdefault(asset.url, asset)
    return Outlinks(tuple(pages.values()), tuple(checks.values()), tuple(left_out), len(links))


async def _redirect(observation: PageObservation, bounds: Bounds, origin: Origin) -> Outlinks:
    url = canonical(observation.final_url)
    if url is None or url == observation.url:
        return Outlinks()
    # A redirect is no step away from the start page; one that leads to a further one is, so that chains end.
    depth = observation.depth + (observation.via is Via.REDIRECT)
    ruling = await bounds.rule(url, depth, origin)
    left_out = (LeftOut(url=url, why=ruling.why),) if ruling.why else ()
    if ruling.use.is_visit:
        return Outlinks(pages=(_item(url, depth, Via.REDIRECT, observation.url, ruling),), count=1)
    if ruling.use is Use.CHECK:
        check = LinkItem(url=url, source=observation.url, text="redirect")
        return Outlinks(checks=(check,), left_out=left_out, count=1)
    return Outlinks(left_out=left_out)


def _item(url: str, depth: int, via: Via, referrer: str, ruling: Ruling) -> FrontierItem:
    return FrontierItem(url=url, depth=depth, via=via, referrer=referrer, late=ruling.use.is_late)


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

from dataclasses import replace
from datetime import UTC, datetime

from bughive_crds.auth import AuthSpec
from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, ScopeSpec
from bughive_protocol.frontier import LeftOut, PageEnd, Via
from bughive_worker.crawl.bounds import Bounds
from bughive_worker.crawl.outlinks import outlinks
from bughive_worker.observation import DomFacts, ImageFact, Link, NetworkEntry, PageObservation

HERE = "https://shop.example/tea"
BOUNDS = {"url": "https://shop.example/", "browser": BrowserSpec(headers={}), "scope": ScopeSpec(max_depth=5)}


def bounds() -> Bounds:
    return Bounds(CrawlSessionSpec(**BOUNDS), None)


def link(url: str, text: str = "a link") -> Link:
    return Link(url=url, text=text, selector="a")


def image(url: str, width: int, *, complete: bool = True) -> ImageFact:
    return ImageFact(url=url, selector="img", alt="tea", natural_width=width, complete=complete)


def page(*links: Link, images: tuple[ImageFact, ...] = (), network: tuple[NetworkEntry, ...] = ()) -> PageObservation:
    dom = DomFacts(title="Tea", lang="en", description="", canonical=None, text_length=9, links=links, images=images)
    return PageObservation(
        url=HERE, end=PageEnd.LOADED, observed_at=datetime.now(UTC), depth=1, final_url=HERE, dom=dom, network=network
    )


async def test_pages_of_the_site_are_found_once_and_other_sites_are_checked():
    seen = page(
        link("https://shop.example/pots#top"),
        link("https://shop.example/pots?utm_source=tea"),
        link("https://other.example/"),
        link("mailto:tea@shop.example"),
        link(f"{HERE}#details"),
    )

    out = await outlinks(seen, bounds())

    assert [(item.url, item.depth, item.via, item.referrer) for item in out.pages] == [
        ("https://shop.example/pots", 2, Via.LINK, HERE)
    ]
    assert [(item.url, item.source, item.is_asset) for item in out.checks] == [("https://other.example/", HERE, False)]
    assert out.count == 2


async def test_a_session_that_has_logged_in_leaves_alone_what_logs_out():
    seen = page(
        link("https://shop.example/logout"),
        link("https://shop.example/session/7", "Log out"),
        link("https://sso.example/signout"),
        link("https://shop.example/next?key=--redacted--"),
        images=(image("https://shop.example/logout?pixel=1", 0),),
    )
    auth = AuthSpec(type="Form", secret_ref={"name": "login"})

    out = await outlinks(seen, Bounds(CrawlSessionSpec(**BOUNDS, auth=auth), None))

    assert (out.pages, out.checks) == ((), ())
    assert {(one.url, one.why) for one in out.left_out} == {
        ("https://shop.example/logout", "logout"),
        ("https://shop.example/session/7", "logout"),
        ("https://sso.example/signout", "logout"),
    }
    assert len((await outlinks(seen, bounds())).pages) == 2


async def test_too_many_numbered_pages_come_late_and_what_they_lead_to_is_left_out():
    ours = bounds()
    numbered = [link(f"https://shop.example/list?page={n}") for n in range(30)]

    first = await outlinks(page(*numbered), ours)
    later = await outlinks(page(link("https://shop.example/list?page=30")), ours, late=True)

    assert [item.late for item in first.pages] == [False] * 20 + [True] * 10
    assert (first.left_out, later.pages) == ((), ())
    assert later.left_out == (LeftOut(url="https://shop.example/list?page=30", why="pagination"),)


async def test_assets_are_checked_where_the_browser_does_not_tell():
    seen = page(
        images=(
            image("https://cdn.example/shown.png", 10),
            image("https://cdn.example/blank.png", 0),
            image("https://cdn.example/lazy.png", 0, complete=False),
            image("https://shop.example/gone.png", 0),
        ),
        network=(
            NetworkEntry("https://cdn.example/hidden.js", "script"),
            NetworkEntry("https://cdn.example/shown.png", "image"),
            NetworkEntry("https://shop.example/known.js", "script", status=200),
            NetworkEntry("https://shop.example/gone.png", "image", status=404),
            NetworkEntry("https://cdn.example/failed.js", "script", failure="net::ERR_FAILED"),
            NetworkEntry("https://api.example/data", "fetch"),
        ),
    )

    out = await outlinks(seen, bounds())

    assert {item.url for item in out.checks} == {
        "https://cdn.example/hidden.js",
        "https://cdn.example/blank.png",
        "https://cdn.example/lazy.png",
    }
    assert all(item.is_asset for item in out.checks)


def redirected(to: str, via: Via = Via.LINK) -> PageObservation:
    return replace(page(), end=PageEnd.REDIRECTED_AWAY, final_url=to, dom=None, via=via)


async def test_a_redirect_within_the_site_is_a_page_at_the_same_depth():
    out = await outlinks(redirected("https://shop.example/coffee"), bounds())

    assert [(item.url, item.depth, item.via) for item in out.pages] == [
        ("https://shop.example/coffee", 1, Via.REDIRECT)
    ]


async def test_a_redirect_that_was_redirected_to_is_a_step_deeper_so_that_chains_end():
    out = await outlinks(redirected("https://shop.example/coffee", Via.REDIRECT), bounds())

    assert [item.depth for item in out.pages] == [2]


async def test_a_redirect_off_the_site_is_a_link():
    out = await outlinks(redirected("https://other.example/"), bounds())

    assert (out.pages, [item.url for item in out.checks]) == ((), ["https://other.example/"])


async def test_a_page_that_did_not_load_leads_nowhere():
    out = await outlinks(replace(page(), end=PageEnd.TIMED_OUT, dom=None), bounds())

    assert (out.pages, out.checks, out.count) == ((), (), 0)

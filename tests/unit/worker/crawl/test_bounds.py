import pytest
from protego import Protego

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, ScopeSpec
from bughive_worker.crawl.bounds import Bounds, Use
from bughive_worker.net.robots import RobotsRules


class Robots:
    async def rules(self, _url: str) -> RobotsRules:
        return RobotsRules(Protego.parse("User-agent: *\nDisallow: /private"))


def bounds(*, robots: Robots | None = None, **scope: object) -> Bounds:
    spec = CrawlSessionSpec(
        url="https://shop.example/", browser=BrowserSpec(headers={}), scope=ScopeSpec(max_depth=3, **scope)
    )
    return Bounds(spec, robots)


@pytest.mark.parametrize(
    ("url", "use"),
    [
        ("https://shop.example/tea", Use.VISIT),
        ("https://www.shop.example/tea", Use.VISIT),
        ("https://other.example/tea", Use.CHECK),
        ("https://shop.example/logout", Use.LEAVE),
        ("https://shop.example/private/1", Use.LEAVE),
        ("https://shop.example/a/b/a/b/a/b", Use.LEAVE),
    ],
)
async def test_a_url_is_visited_checked_or_let_be(url, use):
    assert await bounds(robots=Robots(), exclude=("/logout",)).use(url, 1) is use


async def test_what_is_too_deep_is_only_checked():
    ours = bounds()

    assert await ours.use("https://shop.example/tea", 3) is Use.VISIT
    assert await ours.use("https://shop.example/pots", 4) is Use.CHECK


async def test_what_is_not_included_is_only_checked_and_the_start_page_always_visited():
    ours = bounds(include=("/tea/*",))

    assert await ours.use("https://shop.example/tea/green", 1) is Use.VISIT
    assert await ours.use("https://shop.example/pots", 1) is Use.CHECK
    assert await ours.use("https://shop.example/", 1) is Use.VISIT


async def test_of_two_that_differ_by_a_trailing_slash_the_second_is_only_checked():
    ours = bounds()

    assert await ours.use("https://shop.example/tea", 1) is Use.VISIT
    assert await ours.use("https://shop.example/tea/", 1) is Use.CHECK


async def test_without_robots_nothing_is_asked():
    assert await bounds().use("https://shop.example/private/1", 1) is Use.VISIT


async def test_what_seems_endless_is_counted_by_rule():
    ours = bounds()

    await ours.use("https://shop.example/tea", 1)
    for _ in range(2):  # each page links to it again
        await ours.use("https://shop.example/a/b/a/b/a/b", 1)

    assert sum(ours.left_out.values()) == 1

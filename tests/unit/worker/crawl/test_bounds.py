import pytest
from protego import Protego

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, ScopeSpec
from bughive_worker.crawl.bounds import Bounds, Origin, Ruling, Use
from bughive_worker.net.robots import RobotsRules
from bughive_worker.net.traps import TrapRule

REPEATED = TrapRule.REPEATED_PATH
PATHS = (("/tea", 1), ("/logout", 1), ("/private/1", 1), ("/deep", 4), ("/a/b/a/b", 1))


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
    assert (await bounds(robots=Robots(), exclude=("/logout",)).rule(url, 1)).use is use


async def test_what_is_too_deep_is_only_checked():
    ours = bounds()

    assert (await ours.rule("https://shop.example/tea", 3)).use is Use.VISIT
    assert (await ours.rule("https://shop.example/pots", 4)).use is Use.CHECK


async def test_what_is_not_included_is_only_checked_and_the_start_page_always_visited():
    ours = bounds(include=("/tea/*",))

    assert (await ours.rule("https://shop.example/tea/green", 1)).use is Use.VISIT
    assert (await ours.rule("https://shop.example/pots", 1)).use is Use.CHECK
    assert (await ours.rule("https://shop.example/", 1)).use is Use.VISIT


async def test_of_two_that_differ_by_a_trailing_slash_the_second_is_only_checked():
    ours = bounds()

    assert (await ours.rule("https://shop.example/tea", 1)).use is Use.VISIT
    assert (await ours.rule("https://shop.example/tea/", 1)).use is Use.CHECK


async def test_without_robots_nothing_is_asked():
    assert (await bounds().rule("https://shop.example/private/1", 1)).use is Use.VISIT


async def test_it_says_why_a_page_of_the_site_is_not_visited():
    ours = bounds(robots=Robots(), exclude=("/logout",))

    why = {url: (await ours.rule(f"https://shop.example{url}", depth)).why for url, depth in PATHS}

    assert why == {"/tea": None, "/logout": None, "/private/1": "robots.txt", "/deep": "maxDepth", "/a/b/a/b": REPEATED}


async def test_pages_of_which_there_are_many_come_late_unless_a_late_page_leads_to_them():
    ours = bounds(max_pages=100)
    numbered = [f"https://shop.example/p{n}" for n in range(100)]

    uses = [(await ours.rule(url, 1)).use for url in numbered]

    assert uses == [Use.VISIT] * 20 + [Use.VISIT_LATE] * 80
    assert await ours.rule("https://shop.example/p100", 1, Origin.LATE_PAGE) == Ruling(Use.LEAVE, TrapRule.PAGINATION)
    assert (await ours.rule(numbered[0], 1, Origin.LATE_PAGE)).use is Use.VISIT


async def test_a_calendar_is_left_out_beyond_its_bound_unless_the_sitemap_has_it():
    ours = bounds()
    months = [f"https://shop.example/calendar/{year}/{month}" for year in range(2000, 2003) for month in range(1, 13)]

    rulings = [await ours.rule(url, 1) for url in months]

    assert rulings == [Ruling(Use.VISIT)] * 24 + [Ruling(Use.LEAVE, TrapRule.CALENDAR)] * 12
    assert (await ours.rule(months[-1], 0, Origin.SITEMAP)).use is Use.VISIT_LATE

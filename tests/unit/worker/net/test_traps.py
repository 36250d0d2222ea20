import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_worker.net.traps import TrapGuard, TrapRule, most_of, repeats_itself
from bughive_worker.net.url_shape import Variation

SITE = "https://shop.example"


def admitted(guard, urls):
    return [url for url in urls if guard.refuses(url) is None]


@pytest.mark.parametrize(
    ("urls", "most", "rule"),
    [
        ([f"/calendar?month={m}&year={y}" for y in range(2000, 2030) for m in range(1, 13)], 24, TrapRule.CALENDAR),
        ([f"/calendar/{y}/{m}" for y in range(2000, 2030) for m in range(1, 13)], 24, TrapRule.CALENDAR),
        ([f"/list?page={n}" for n in range(500)], 50, TrapRule.PAGINATION),
        ([f"/list/page/{n}" for n in range(500)], 50, TrapRule.PAGINATION),
        ([f"/s/a{n:015x}/home" for n in range(500)], 125, TrapRule.TOKENS),
        ([f"/list?a={n}&b=x&c=y&d=z" for n in range(500)], 25, TrapRule.FILTERS),
        ([f"/list?color=c{n}&size=m" for n in range(500)], 125, TrapRule.FILTERS),
        ([f"/list?f{n}=1" for n in range(500)], 30, TrapRule.FILTERS),
        (["/a" * n for n in range(3, 60)], 0, TrapRule.REPEATED_PATH),
        (["/" + "/".join(f"s{n}" for n in range(21))], 0, TrapRule.DEEP_PATH),
        (["/list?" + "&".join(f"f{n}=1" for n in range(13))], 0, TrapRule.FILTERS),
    ],
)
def test_a_trap_is_entered_only_so_far(urls, most, rule):
    guard = TrapGuard(max_pages=500)
    urls = [SITE + url for url in urls]
    assert len(admitted(guard, urls)) == most
    refused = [found for url in urls if (found := guard.refuses(url))]
    assert rule in refused
    assert len(refused) == len(urls) - most


def test_a_shop_with_five_hundred_products_is_crawled_in_full_where_max_pages_allows():
    urls = [f"{SITE}/product/{n}" for n in range(500)]
    assert admitted(TrapGuard(max_pages=1000), urls) == urls
    assert admitted(TrapGuard(max_pages=1000), [f"{SITE}/product?id={n}" for n in range(500)])


def test_a_blog_with_dated_articles_is_no_calendar():
    urls = [f"{SITE}/2026/05/{n % 28 + 1}/article-about-{word}" for n, word in enumerate(["a", "b", "c"] * 30)]
    assert admitted(TrapGuard(max_pages=100), urls) == urls


def test_the_answer_for_a_url_never_changes_once_it_is_admitted():
    guard = TrapGuard(max_pages=10)
    urls = [f"{SITE}/list?page={n}" for n in range(100)]
    first = admitted(guard, urls)
    assert admitted(guard, urls) == first


def test_of_two_urls_that_differ_by_a_trailing_slash_the_first_is_visited():
    guard = TrapGuard(max_pages=10)
    assert guard.refuses(f"{SITE}/about/") is None
    assert guard.refuses(f"{SITE}/about") is TrapRule.TRAILING_SLASH
    assert guard.refuses(f"{SITE}/about/") is None
    assert guard.refuses(f"{SITE}/about/team") is None


def test_shards_share_every_bound():
    urls = [f"{SITE}/list?page={n}" for n in range(500)]
    assert len(admitted(TrapGuard(max_pages=500, shards=5), urls)) == 10


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b/a/b", True),
        ("x/a/b/a/b/y", True),
        ("a/b/c/a/b/c", True),
        ("a/a/a", True),
        ("a/a", False),
        ("a/b/a", False),
        ("1/1/1", False),
        ("1/2/1/2", False),
        ("", False),
    ],
)
def test_a_path_that_repeats_itself_is_seen(path, expected):
    assert repeats_itself(path.split("/")) is expected


paths = st.lists(st.sampled_from(["a", "b", "2026", "05", "17", "page", "deadbeef01"]), max_size=6).map("/".join)
queries = st.lists(st.sampled_from(["page=1", "q=x", "q=y", "month=3", "id=9", "z=0"]), max_size=5).map("&".join)


@given(st.lists(st.builds(lambda path, query: f"{SITE}/{path}?{query}", paths, queries), max_size=200))
def test_what_the_guard_says_once_it_says_again(urls):
    guard = TrapGuard(max_pages=5)
    first = {url: guard.refuses(url) for url in urls}
    assert {url: guard.refuses(url) for url in first if first[url] is None} == dict.fromkeys(
        url for url in first if first[url] is None
    )


@given(st.integers(1, 100_000))
def test_every_variation_has_a_bound_that_grows_with_the_crawl(max_pages):
    for variation in Variation:
        assert 0 < most_of(variation, max_pages) <= max(50, max_pages)
        assert most_of(variation, max_pages) <= most_of(variation, max_pages + 1)


def test_what_it_remembers_is_bounded():
    guard = TrapGuard(max_pages=1)
    urls = [f"{SITE}/{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}/{chr(97 + n // 676)}x" for n in range(17_000)]
    assert len(admitted(guard, urls)) == 10_010
    assert guard.refuses(urls[-1]) is TrapRule.TOO_MANY

import pytest

from bughive_worker.net.fetched import Fetched, FetchError
from bughive_worker.net.robots import rules_of

URL = "https://shop.example/robots.txt"
TEXT = b"""\xef\xbb\xbfUser-agent: *
Disallow: /private
Allow: /private/open
Disallow: /*.pdf$
Crawl-delay: 2

User-agent: bughive
Disallow: /cart
Crawl-delay: 0.5

Sitemap: /sitemap.xml
Sitemap: https://cdn.example/map.xml
Sitemap: https://cdn.example/map.xml
Sitemap: ftp://nowhere
"""


def rules(status=200, body=TEXT, agent="BugHive", **fields):
    return rules_of(Fetched(url=URL, status=status, body=body, **fields), URL, agent)


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("Other", "/", True),
        ("Other", "/private/x", False),
        ("Other", "/private/open", True),
        ("Other", "/a.pdf", False),
        ("Other", "/a.pdf?x", True),
        ("BugHive", "/private/x", True),
        ("BugHive", "/cart", False),
        ("BugHive", "/cart#/route", False),
    ],
)
def test_the_group_that_names_the_agent_decides(agent, path, allowed):
    assert rules(agent=agent).allowed(f"https://shop.example{path}") is allowed


def test_the_crawl_delay_is_the_agents_own():
    assert rules().crawl_delay == 0.5
    assert rules(agent="Other").crawl_delay == 2
    assert rules(body=b"").crawl_delay is None


def test_sitemaps_are_named_once_and_canonical():
    assert rules().sitemaps == ("https://shop.example/sitemap.xml", "https://cdn.example/map.xml")


@pytest.mark.parametrize("status", [204, 301, 400, 401, 403, 404, 410])
def test_a_site_without_the_file_allows_everything(status):
    found = rules(status, b"User-agent: *\nDisallow: /")
    assert found.allowed("https://shop.example/cart")
    assert (found.problem, found.crawl_delay, found.sitemaps) == (None, None, ())


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_file_that_cannot_be_read_now_forbids_everything_and_says_so(status):
    found = rules(status)
    assert not found.allowed("https://shop.example/")
    assert str(status) in found.problem
    assert "respectRobotsTxt" in found.problem


def test_a_host_that_cannot_be_reached_forbids_everything_and_says_why():
    fetched = Fetched(url=URL, error=FetchError.TIMEOUT, message="no answer in 20 s")
    assert "no answer in 20 s" in rules_of(fetched, URL).problem


@pytest.mark.parametrize("body", [b"", b"<html>not found</html>", b"\xff\xfe\x00garbage", b"Disallow: /", b"\n" * 1000])
def test_nonsense_allows_everything(body):
    assert rules(body=body).allowed("https://shop.example/cart")

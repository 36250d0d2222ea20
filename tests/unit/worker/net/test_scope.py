import time

import pytest

from bughive_crds.crawl_session import CrawlSessionSpec, ScopeSpec
from bughive_protocol.errors import InvalidSpec
from bughive_worker.net.globs import Glob
from bughive_worker.net.scope import Scope


def scope(url="https://shop.example/", **fields):
    return Scope.from_spec(CrawlSessionSpec(url=url, scope=ScopeSpec(**fields)))


@pytest.mark.parametrize(
    ("pattern", "url", "expected"),
    [
        ("/blog/*", "http://shop.example/blog/1", True),
        ("/blog/*", "http://shop.example/blog", False),
        ("/blog/*", "http://shop.example/a/blog/1", False),
        ("/blog/*", "http://shop.example/blog/?q=/x", True),
        ("/blog", "http://shop.example/blog", True),
        ("/blog", "http://shop.example/blog?x=1", False),
        ("/blog?x=*", "http://shop.example/blog?x=1", True),
        ("/", "http://shop.example/", True),
        ("*", "http://shop.example/a", True),
        ("*/admin/*", "http://shop.example/x/admin/y", True),
        ("*.pdf", "http://shop.example/a.pdf", True),
        ("*.pdf", "http://shop.example/a.pdf?x", False),
        ("https://shop.example/blog/*", "https://shop.example/blog/1", True),
        ("https://Shop.Example/blog/*", "https://shop.example/blog/1", True),
        ("https://shop.example/blog/*", "http://shop.example/blog/1", False),
        ("shop.example/blog/*", "http://shop.example/blog/1", True),
        ("shop.example/blog/*", "http://other.example/shop.example/blog/1", False),
        ("/a*b*c", "http://h/aXbYc", True),
        ("/a*b*c", "http://h/aXcYb", False),
        ("/a*a", "http://h/a", False),
        ("/ab*ba", "http://h/aba", False),
        ("/**/x", "http://h/a/x", True),
        ("/a.c", "http://h/abc", False),
        ("/app#/admin*", "http://h/app#/admin/users", True),
    ],
)
def test_a_glob_matches_as_its_form_says(pattern, url, expected):
    assert Glob.compile(pattern).matches(url) is expected


def test_no_pattern_can_hang_the_crawl():
    glob = Glob.compile("/" + "*a" * 255)
    started = time.perf_counter()
    assert not glob.matches("http://h/" + "a" * 200 + "b" * 1800)
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/a", True),
        ("http://shop.example/a", True),
        ("https://www.shop.example/a", True),
        ("https://cdn.shop.example/a", False),
        ("https://shop.example:8443/a", False),
        ("https://shop.example.evil.example/", False),
        ("https://evilshop.example/", False),
    ],
)
def test_the_site_is_the_start_host_and_its_www_twin(url, expected):
    assert scope().in_site(url) is expected
    assert scope().admits(url) is expected


def test_a_start_at_www_includes_the_bare_host():
    assert scope("https://www.shop.example/").in_site("https://shop.example/")


def test_further_hosts_belong_to_the_site_with_their_subdomains_where_asked():
    site = scope(hosts=("Help.Example", "*.cdn.example"))
    assert site.in_site("https://help.example/")
    assert site.in_site("https://a.b.cdn.example/")
    assert not site.in_site("https://cdn.example/")
    assert not site.in_site("https://a.help.example/")


def test_a_site_on_a_port_of_its_own_ends_at_that_port():
    site = scope("http://127.0.0.1:8080/", hosts=("localhost",))
    assert site.in_site("http://127.0.0.1:8080/a")
    assert not site.in_site("http://127.0.0.1:9090/a")
    assert not site.in_site("http://127.0.0.1/a")
    assert site.in_site("http://localhost:8080/")
    assert site.in_site("http://localhost/")
    assert not site.in_site("http://localhost:9090/")


def test_exclude_wins_over_include_and_the_start_page_is_always_visited():
    site = scope(include=("/blog/*", "/help"), exclude=("*/drafts/*", "/"))
    assert site.admits("https://shop.example/")
    assert site.admits("https://shop.example/blog/1")
    assert site.admits("https://shop.example/help")
    assert not site.admits("https://shop.example/blog/drafts/1")
    assert not site.admits("https://shop.example/cart")
    assert site.in_site("https://shop.example/cart")


def test_a_start_url_that_cannot_be_opened_is_an_invalid_spec():
    with pytest.raises(InvalidSpec, match=r"spec\.url"):
        scope("http://a..b/")


def test_a_host_that_is_none_is_an_invalid_spec():
    with pytest.raises(InvalidSpec, match=r"spec\.scope\.hosts.*'a\.\.b'"):
        scope(hosts=("a..b",))

"""Where headers and cookies of a login go."""

import pytest

from bughive_worker.net.site_auth import SiteAuth, SiteCookie, cookies_of

NOW = 1000.0


def auth_of(start: str = "https://shop.example/") -> SiteAuth:
    auth = SiteAuth(start, lambda url: url.split("/")[2].partition(":")[0] in ("shop.example", "www.shop.example"))
    auth.headers = {"Authorization": "Bearer t"}
    auth.cookies = (SiteCookie("sid", "1", "shop.example"), SiteCookie("wide", "2", ".shop.example", path="/a"))
    return auth


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        "https://shop.example.other.example/",
        "https://shop.example@other.example/",
        "https://shop.example:x@other.example/",
        "https://other.example/@shop.example",
        "https://other.example\\@shop.example/",
        "https://othershop.example/",
        "http://shop.example/",
        "wss://shop.example/",
        "data:text/html,shop.example",
        "blob:https://shop.example/1",
        "no address",
        "",
    ],
)
def test_nothing_goes_to_another_site_or_from_https_to_http(url):
    assert not auth_of().allows(url)
    assert auth_of().headers_for(url) == {}
    assert auth_of().headers_with_cookies(url) == {}


def test_all_goes_to_the_site():
    auth = auth_of()
    assert auth.headers_for("https://SHOP.example:443/x#y") == {"Authorization": "Bearer t"}
    assert auth.headers_with_cookies("https://shop.example/a/b") == {
        "Authorization": "Bearer t",
        "Cookie": "sid=1; wide=2",
    }


def test_a_site_that_is_crawled_over_http_gets_it_over_http():
    assert auth_of("http://shop.example/").allows("http://shop.example/")


def test_before_the_login_there_is_nothing():
    auth = SiteAuth("https://shop.example/", lambda _: True)
    assert auth.headers_with_cookies("https://shop.example/") == {}


@pytest.mark.parametrize(
    ("cookie", "url", "goes"),
    [
        (SiteCookie("a", "1", "shop.example"), "https://shop.example/", True),
        (SiteCookie("a", "1", "shop.example"), "https://www.shop.example/", False),
        (SiteCookie("a", "1", ".shop.example"), "https://www.shop.example/", True),
        (SiteCookie("a", "1", ".shop.example"), "https://shop.example/", True),
        (SiteCookie("a", "1", ".shop.example"), "https://othershop.example/", False),
        (SiteCookie("a", "1", "shop.example", path="/a"), "https://shop.example/a/b", True),
        (SiteCookie("a", "1", "shop.example", path="/a"), "https://shop.example/ab", False),
        (SiteCookie("a", "1", "shop.example", secure=True), "http://shop.example/", False),
        (SiteCookie("a", "1", "shop.example", expires=NOW - 1), "https://shop.example/", False),
        (SiteCookie("a", "1", "shop.example", expires=NOW + 1), "https://shop.example/", True),
    ],
)
def test_a_cookie_goes_where_a_browser_sends_it(cookie, url, goes):
    assert cookie.goes_to(url, NOW) is goes


def test_a_cookie_header_is_read_for_each_host():
    cookies = cookies_of("a=1; b=x=y;", ("shop.example", "www.shop.example"), secure=True)
    assert [(c.name, c.value, c.domain, c.secure) for c in cookies] == [
        ("a", "1", "shop.example", True),
        ("b", "x=y", "shop.example", True),
        ("a", "1", "www.shop.example", True),
        ("b", "x=y", "www.shop.example", True),
    ]


@pytest.mark.parametrize(
    "header", ["", ";", "hunter2", "a=1; hunter2", "=hunter2", "a b=hunter2", "a=hunter2\x07", "a=hunter2ä"]
)
def test_what_is_no_cookie_is_refused_and_not_quoted(header):
    with pytest.raises(ValueError, match="name=value") as refused:
        cookies_of(header, ("shop.example",), secure=True)
    assert "hunter2" not in str(refused.value)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_worker.net.urls import canonical, host_of, same_site, slash_twin, split_authority, without_fragment

SAME = {
    # scheme, host, port
    "HTTP://Shop.Example/": "http://shop.example/",
    "http://shop.example": "http://shop.example/",
    "https://shop.example:443/": "https://shop.example/",
    "http://shop.example:80/": "http://shop.example/",
    "http://shop.example:/": "http://shop.example/",
    "https://shop.example:80/": "https://shop.example:80/",
    "http://shop.example:8080/": "http://shop.example:8080/",
    "http://shop.example./": "http://shop.example/",
    "http://user:secret@shop.example/": "http://shop.example/",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://BÜCHER.example/": "http://xn--bcher-kva.example/",
    "http://xn--bcher-kva.example/": "http://xn--bcher-kva.example/",
    "http://日本.example/": "http://xn--wgv71a.example/",
    "http://my_host.example/": "http://my_host.example/",
    "http://ex%61mple.com/": "http://example.com/",
    "http://0x7f.1/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://0177.0.0.1/": "http://127.0.0.1/",
    "http://127.1/": "http://127.0.0.1/",
    "http://[0:0::1]:80/": "http://[::1]/",
    "http://[::FFFF:10.0.0.1]/": "http://[::ffff:a00:1]/",
    # white space
    "  http://shop.example/a\n": "http://shop.example/a",
    "http://shop.example/a\tb": "http://shop.example/ab",
    # paths
    "http://shop.example/a/../b": "http://shop.example/b",
    "http://shop.example/a/./b/.": "http://shop.example/a/b/",
    "http://shop.example/a/..": "http://shop.example/",
    "http://shop.example/../../a": "http://shop.example/a",
    "http://shop.example/a/%2e%2E/b": "http://shop.example/b",
    "http://shop.example\\a\\b": "http://shop.example/a/b",
    "http://shop.example/a//b": "http://shop.example/a//b",
    "http://shop.example/a": "http://shop.example/a",
    "http://shop.example/a/": "http://shop.example/a/",
    "http://shop.example/A/Index.HTML": "http://shop.example/A/Index.HTML",
    "http://shop.example/%7euser": "http://shop.example/~user",
    "http://shop.example/caf%c3%a9": "http://shop.example/caf%C3%A9",
    "http://shop.example/café": "http://shop.example/caf%C3%A9",
    "http://shop.example/a b": "http://shop.example/a%20b",
    "http://shop.example/a%2Fb": "http://shop.example/a%2Fb",
    "http://shop.example/100%": "http://shop.example/100%25",
    "http://shop.example/%%34%31": "http://shop.example/%2541",
    "http://shop.example/[x]|y": "http://shop.example/%5Bx%5D%7Cy",
    # queries
    "http://shop.example/?": "http://shop.example/",
    "http://shop.example?q=1": "http://shop.example/?q=1",
    "http://shop.example/?b=2&a=1": "http://shop.example/?b=2&a=1",
    "http://shop.example/?a[]=2&a[]=1": "http://shop.example/?a%5B%5D=2&a%5B%5D=1",
    "http://shop.example/?a=&b": "http://shop.example/?a=&b",
    "http://shop.example/?&&a=1&": "http://shop.example/?a=1",
    "http://shop.example/?q=a+b%20c": "http://shop.example/?q=a+b%20c",
    "http://shop.example/?q=it's": "http://shop.example/?q=it%27s",
    "http://shop.example/?q=a/b?c": "http://shop.example/?q=a/b?c",
    "http://shop.example/?u=http://x.example/../y": "http://shop.example/?u=http://x.example/../y",
    # tracking and sessions
    "http://shop.example/?utm_source=x&id=7&utm_medium=y": "http://shop.example/?id=7",
    "http://shop.example/?UTM_Source=x": "http://shop.example/",
    "http://shop.example/?gclid=x&fbclid=y&msclkid=z": "http://shop.example/",
    "http://shop.example/?utmost=1": "http://shop.example/?utmost=1",
    "http://shop.example/?ref=home&source=nav": "http://shop.example/?ref=home&source=nav",
    "http://shop.example/?PHPSESSID=abc": "http://shop.example/",
    "http://shop.example/?ASPSESSIONIDQQBCDSTR=KJH": "http://shop.example/",
    "http://shop.example/?sid=0123456789abcdef0123456789abcdef": "http://shop.example/",
    "http://shop.example/?sid=7": "http://shop.example/?sid=7",
    "http://shop.example/?s=shoes": "http://shop.example/?s=shoes",
    "http://shop.example/?s=comfortable-shoes-for-hiking": "http://shop.example/?s=comfortable-shoes-for-hiking",
    "http://shop.example/a;jsessionid=1A2B?x=1": "http://shop.example/a?x=1",
    "http://shop.example/a;JSESSIONID=1A2B/b": "http://shop.example/a/b",
    "http://shop.example/a;v=1": "http://shop.example/a;v=1",
    "http://shop.example/(S(lit3py55t21z5v55vlm25s55))/home": "http://shop.example/home",
    "http://shop.example/a/..;jsessionid=1/b": "http://shop.example/b",
    # fragments
    "http://shop.example/#top": "http://shop.example/",
    "http://shop.example/#": "http://shop.example/",
    "http://shop.example/#/": "http://shop.example/",
    "http://shop.example/#!/": "http://shop.example/",
    "http://shop.example/#/cart": "http://shop.example/#/cart",
    "http://shop.example/#!cart": "http://shop.example/#!cart",
    "http://shop.example/a?b=1#/c?d=e f": "http://shop.example/a?b=1#/c?d=e%20f",
}

NO_PAGE = [
    *("", " ", "#top", "/a", "a.html", "//shop.example/", "?q=1", "http://", "http:///a", "https://?q"),
    *("mailto:a@shop.example", "tel:+123", "javascript:void(0)", "data:text/html,x", "ftp://shop.example/"),
    *("file:///etc/passwd", "view-source:http://shop.example/", "chrome://version", "blob:http://shop.example/x"),
    *("ws://shop.example/", "about:blank", "http://shop.example:99999/", "http://shop.example:x/", "http://[::1/"),
    *("http://a..b/", "http://.a/", "http://a b/", "http://a<b/", "http://256.1.1.1/", "http://1.2.3.4.5/"),
    *("http://0x100000000/", "http://09.1.1.1/", "http://" + "a" * 64 + ".example/", "http://[::g]/", "http://\ud800/"),
    "http://shop.example/" + "a" * 2048,
]


@pytest.mark.parametrize(("url", "expected"), SAME.items())
def test_a_page_has_one_spelling(url, expected):
    assert canonical(url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize("url", NO_PAGE)
def test_what_is_no_web_page_has_no_spelling(url):
    assert canonical(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    {
        "b": "http://shop.example/a/b",
        "/b": "http://shop.example/b",
        "../b": "http://shop.example/b",
        "?p=2": "http://shop.example/a/x?p=2",
        "//other.example/b": "http://other.example/b",
        "https://other.example": "https://other.example/",
        "": "http://shop.example/a/x?p=1",
        "#top": "http://shop.example/a/x?p=1",
        "\\b": "http://shop.example/b",
        "mailto:a@b": None,
        "http://[": None,
    }.items(),
)
def test_a_relative_url_is_resolved_against_its_page(url, expected):
    assert canonical(url, "http://shop.example/a/x?p=1") == expected


url_texts = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "https://", "HTTP://"]),
        st.sampled_from(["shop.example", "Bücher.example", "127.1", "[::1]", "u:p@h"]),
        st.sampled_from(["", ":80", ":8080"]),
        st.text(alphabet="/./ab%2eEf;jsessionid=(S)é?&#!\\ '[]|^\x7f\t", max_size=60),
    ),
)


@given(url_texts | st.text(max_size=80))
def test_canonical_is_idempotent(url):
    once = canonical(url)
    assert once is None or canonical(once) == once


@given(url_texts)
def test_a_canonical_url_is_ascii_and_splits_into_host_and_port(url):
    once = canonical(url)
    if once is not None:
        assert once.isascii()
        assert not set(once) & set(' \t\r\n"<>\\`{}|^')
        host, port = split_authority(once)
        assert host == host_of(once) != ""
        assert 0 <= port < 65536


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://shop.example/", "shop.example", 80),
        ("https://shop.example/a:b@c", "shop.example", 443),
        ("https://shop.example:8443/?x=http://y:1/", "shop.example", 8443),
        ("http://[::1]/", "::1", 80),
        ("http://[::1]:81/", "::1", 81),
    ],
)
def test_host_and_port_are_read_from_a_canonical_url(url, host, port):
    assert split_authority(url) == (host, port)


def test_http_and_https_of_one_host_are_the_same_site():
    assert same_site("http://shop.example/a", "https://shop.example/b")
    assert not same_site("http://shop.example/", "http://shop.example:8080/")
    assert not same_site("http://shop.example/", "http://www.shop.example/")


@pytest.mark.parametrize(
    ("url", "twin"),
    [
        ("http://shop.example/a", "http://shop.example/a/"),
        ("http://shop.example/a/?b=/", "http://shop.example/a?b=/"),
        ("http://shop.example/a#/b/", "http://shop.example/a/#/b/"),
        ("http://shop.example/", None),
        ("http://shop.example/?q", None),
    ],
)
def test_the_slash_twin_differs_in_the_paths_last_slash_alone(url, twin):
    assert slash_twin(url) == twin
    if twin:
        assert slash_twin(twin) == url


def test_a_route_is_not_sent_to_the_server():
    assert without_fragment("http://shop.example/a?b#/c") == "http://shop.example/a?b"

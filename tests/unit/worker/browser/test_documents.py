import pytest

from bughive_worker.browser.document import declared_size, is_page


@pytest.mark.parametrize(
    ("content_type", "page"),
    [
        ("text/html; charset=utf-8", True),
        ("TEXT/HTML", True),
        ("application/xhtml+xml", True),
        ("", True),
        ("application/json", False),
        ("image/png", False),
        ("text/plain", False),
    ],
)
def test_only_html_is_a_page(content_type, page):
    assert is_page({"content-type": content_type}) is page


@pytest.mark.parametrize(("value", "size"), [("1024", 1024), ("", 0), ("-5", 0), ("many", 0)])
def test_a_size_is_read_or_unknown(value, size):
    assert declared_size({"content-length": value}) == size
    assert declared_size({}) == 0

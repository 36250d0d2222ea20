import pytest

from bughive_crds.crawl_session import ChecksSpec
from bughive_protocol.frontier import PageEnd, PageResult
from bughive_worker.detectors.registry import detect_site

SHOP = "https://shop.example"


def page(path, **facts):
    return PageResult(**{"url": f"{SHOP}{path}", "end": PageEnd.LOADED, "status": 200, "title": "The shop", **facts})


def kinds(*pages):
    return [finding.kind for finding in detect_site(pages, ChecksSpec())]


def test_a_title_shared_by_three_pages_is_one_finding_that_names_them():
    (finding,) = detect_site([page("/a"), page("/b"), page("/c")], ChecksSpec())
    assert finding.kind == "duplicate-title"
    assert finding.title == '3 pages have the title "The shop"'
    assert [fact.text for fact in finding.evidence if fact.label == "pages"] == [f"{SHOP}/a\n{SHOP}/b\n{SHOP}/c"]


def test_descriptions_are_compared_too():
    pages = [page("/a", title="A", description="Mugs."), page("/b", title="B", description="Mugs.")]
    assert kinds(*pages) == ["duplicate-description"]


def test_the_fingerprint_does_not_depend_on_the_order_of_pages():
    one = detect_site([page("/a"), page("/b")], ChecksSpec())
    other = detect_site([page("/b"), page("/a"), page("/c")], ChecksSpec())
    assert one[0].fingerprint == other[0].fingerprint


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(page("/a?page=2"), id="the next page of a list"),
        pytest.param(page("/a/"), id="the same page with a slash"),
        pytest.param(page("/b", canonical=f"{SHOP}/a"), id="a page that names another as canonical"),
        pytest.param(page("/b", status=404), id="an error page"),
        pytest.param(page("/b", end=PageEnd.REDIRECTED_AWAY), id="a redirect"),
        pytest.param(page("/b", final_url=f"{SHOP}/a"), id="a second way to the same page"),
        pytest.param(page("/b", title="Another"), id="another title"),
        pytest.param(page("/b", title=None), id="no title"),
    ],
)
def test_these_two_pages_are_no_duplicates(second):
    assert kinds(page("/a"), second) == []

import pytest

from bughive_crds.model import Severity
from bughive_protocol.frontier import LinkItem, LinkResult, LinkVerdict, Via
from bughive_worker.detectors.registry import link_finding
from bughive_worker.observation import ImageFact, NetworkEntry

HOME = "https://www.shop.example/"
GONE = "https://www.shop.example/gone"


def checked(url=GONE, verdict=LinkVerdict.BROKEN, status=404, error=None, **item):
    link = LinkItem(url=url, source=HOME, **item)
    return link_finding(link, LinkResult(url=url, verdict=verdict, status=status, error=error))


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({"status": 404}, ["broken-link"]),
        ({"status": 410}, ["broken-link"]),
        ({"status": 400}, ["broken-link"]),
        ({"status": 500}, ["server-error"]),
        ({"status": 503, "headers": {"retry-after": "60"}}, []),
        ({"status": 503}, ["server-error"]),
        ({"status": 401}, []),
        ({"status": 403}, []),
        ({"status": 429}, []),
        ({"status": 304}, []),
        ({"status": 404, "via": Via.SITEMAP, "referrer": None}, ["http-error"]),
        ({"status": 404, "via": Via.START, "referrer": None}, ["http-error"]),
        ({"status": 404, "via": Via.REDIRECT}, ["broken-link"]),
    ],
)
def test_a_documents_status_is_judged_by_how_it_was_reached(finds, facts, kinds):
    assert [finding.kind for finding in finds(**facts)] == kinds


def test_a_missing_page_is_the_bug_of_the_page_that_links_to_it(finds):
    (finding,) = finds(url=GONE, final_url=GONE, status=404, referrer=HOME)
    assert (finding.url, finding.resource) == (HOME, GONE)
    assert finding.severity is Severity.MEDIUM


def test_a_visit_and_a_check_of_one_target_are_one_bug(finds):
    (visited,) = finds(url=GONE, status=404, referrer=HOME)
    assert checked().fingerprint == visited.fingerprint


def test_a_server_error_is_one_bug_whatever_was_searched_for(finds):
    (one,) = finds(url="https://www.shop.example/search?q=a", status=500)
    (other,) = finds(url="https://www.shop.example/search?q=b", status=502)
    assert one.fingerprint == other.fingerprint
    assert one.severity is Severity.HIGH


@pytest.mark.parametrize("verdict", [LinkVerdict.OK, LinkVerdict.UNVERIFIABLE])
def test_a_link_that_is_fine_or_unverifiable_is_no_bug(verdict):
    assert checked(verdict=verdict, status=403) is None


def test_a_dead_link_to_another_site_weighs_less():
    assert checked("https://elsewhere.example/x").severity is Severity.LOW
    assert checked("https://blog.shop.example/x").severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("name", "kind", "severity"),
    [
        ("mug.png", "broken-image", Severity.MEDIUM),
        ("site.css", "broken-asset", Severity.HIGH),
        ("cart.js?v=3", "broken-asset", Severity.HIGH),
        ("text.woff2", "broken-asset", Severity.MEDIUM),
        ("thing", "broken-asset", Severity.MEDIUM),
    ],
)
def test_an_assets_check_is_judged_by_its_name(name, kind, severity):
    finding = checked(f"{HOME}{name}", is_asset=True)
    assert (finding.kind, finding.severity) == (kind, severity)


def test_an_icon_that_is_gone_is_low():
    finding = checked(f"{HOME}touch.png", is_asset=True, selector='link[rel="apple-touch-icon"]')
    assert (finding.kind, finding.severity) == ("broken-asset", Severity.LOW)


def test_an_image_seen_missing_on_a_page_and_by_a_check_is_one_bug(finds):
    url = f"{HOME}mug.png"
    image = ImageFact(url, "img", "A mug", natural_width=0, complete=True)
    (seen,) = finds(dom={"images": (image,)}, network=(NetworkEntry(url, "image", status=404),))
    assert checked(url, is_asset=True).fingerprint == seen.fingerprint


def test_a_check_without_an_answer_says_why():
    finding = checked(status=None, error="connection refused")
    assert finding.title == f"Broken link to {GONE} (connection refused)"

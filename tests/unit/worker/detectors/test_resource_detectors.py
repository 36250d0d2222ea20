import pytest

from bughive_crds.model import Severity
from bughive_protocol.finding import Box
from bughive_worker.observation import ConsoleEntry, ImageFact, NetworkEntry

SHOP = "https://www.shop.example"
FAR = "https://cdn.elsewhere.example"
BIG, PIXEL = Box(x=0, y=0, width=200, height=100), Box(x=0, y=0, width=1, height=1)


def load(path, sort, status=None, failure=None):
    return NetworkEntry(path if "://" in path else f"{SHOP}{path}", sort, status=status, failure=failure)


def image(path="/mug.png", *, width=0, complete=True, box=BIG):
    return ImageFact(f"{SHOP}{path}", "main > img", "A mug", natural_width=width, complete=complete, box=box)


@pytest.mark.parametrize(
    ("entry", "kind", "severity"),
    [
        (load("/app.js", "script", 404), "broken-asset", Severity.HIGH),
        (load("/site.css", "stylesheet", 500), "broken-asset", Severity.HIGH),
        (load("/t.woff2", "font", 404), "broken-asset", Severity.MEDIUM),
        (load("/app.js", "script", failure="net::ERR_CONNECTION_REFUSED"), "broken-asset", Severity.HIGH),
        (load(f"{FAR}/lib.js", "script", 404), "broken-asset", Severity.LOW),
        (load("/mug.png", "image", 404), "broken-image", Severity.MEDIUM),
        (load(f"{FAR}/mug.png", "image", 410), "broken-image", Severity.LOW),
        (load("/api/cart", "fetch", 500), "failed-request", Severity.HIGH),
        (load("/api/cart", "xhr", 404), "failed-request", Severity.MEDIUM),
        (load("/api/cart", "xhr", failure="net::ERR_CONNECTION_RESET"), "failed-request", Severity.MEDIUM),
        (load(f"{FAR}/api", "fetch", 500), "failed-request", Severity.LOW),
    ],
)
def test_a_resource_that_fails_is_a_bug_of_its_type(finds, entry, kind, severity):
    (finding,) = finds(network=(entry,))
    assert (finding.kind, finding.severity, finding.resource) == (kind, severity, entry.url)


@pytest.mark.parametrize(
    "entry",
    [
        load("/app.js", "script", 200),
        load("/app.js", "script"),
        load("/me", "fetch", 401),
        load("/me", "fetch", 403),
        load("/api", "fetch", 429),
        load("/api", "fetch", failure="net::ERR_ABORTED"),
        load("/api", "fetch", failure="net::ERR_TUNNEL_CONNECTION_FAILED"),
        load("/ads.js", "script", failure="net::ERR_BLOCKED_BY_CLIENT"),
        load(f"{FAR}/tracker.js", "script", failure="net::ERR_NAME_NOT_RESOLVED"),
        load(f"{FAR}/pixel.gif", "image", failure="net::ERR_CONNECTION_TIMED_OUT"),
        load(f"{FAR}/collect", "fetch", failure="net::ERR_FAILED"),
        load("/collect", "beacon", 404),
        load("/favicon.ico", "other", 404),
    ],
    ids=lambda entry: f"{entry.resource_type} {entry.url} {entry.status or entry.failure}",
)
def test_this_is_not_the_sites_fault_or_no_failure(finds, entry):
    assert finds(network=(entry,)) == ()


def test_the_browsers_own_line_tells_of_a_failure_whose_status_is_hidden(finds):
    url = f"{FAR}/mug.png"
    line = ConsoleEntry("error", "Failed to load resource: the server responded with a status of 404 (Not Found)", url)
    (finding,) = finds(console=(line,), network=(load(url, "image"),))
    assert (finding.kind, finding.resource) == ("broken-image", url)


def test_one_failure_told_by_network_and_console_is_one_bug(finds):
    line = ConsoleEntry(
        "error", "Failed to load resource: the server responded with a status of 404 ()", f"{SHOP}/a.js"
    )
    assert len(finds(console=(line,), network=(load("/a.js", "script", 404),))) == 1


def test_one_missing_file_on_thirty_cards_is_one_bug_with_a_count(finds):
    (finding,) = finds(dom={"images": (image(),) * 30}, network=(load("/mug.png", "image", 404),))
    assert {fact.label: fact.text for fact in finding.evidence}["shown"] == "30 times on this page"
    assert (finding.selector, finding.box) == ("main > img", BIG)


def test_one_missing_file_on_two_templates_is_one_bug(finds):
    missing = (load("/mug.png", "image", 404),)
    (one,), (other,) = finds(network=missing, template="t1"), finds(network=missing, template="t2")
    assert one.fingerprint == other.fingerprint


def test_a_file_that_arrived_and_cannot_be_drawn_is_a_broken_image(finds):
    (finding,) = finds(dom={"images": (image(),)}, network=(load("/mug.png", "image", 200),))
    assert finding.kind == "broken-image"


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(image(width=300), id="drawn"),
        pytest.param(image(complete=False), id="not loaded yet"),
        pytest.param(image(box=PIXEL), id="a pixel that counts visits"),
        pytest.param(image(box=None), id="hidden"),
    ],
)
def test_this_image_is_not_broken(finds, shown):
    assert finds(dom={"images": (shown,)}, network=(load("/mug.png", "image", 200),)) == ()


def test_requests_that_differ_by_a_number_are_one_bug(finds):
    (one,) = finds(network=(load("/api/products/17/stock?now=1", "fetch", 500),))
    (other,) = finds(network=(load("/api/products/18/stock?now=2", "fetch", 500),))
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("url", "severity"),
    [
        ("http://www.shop.example/app.js", Severity.MEDIUM),
        ("http://www.shop.example/mug.png?w=3", Severity.LOW),
        ("http://pay.example/charge", Severity.MEDIUM),
    ],
)
def test_an_insecure_part_of_a_secure_page_is_mixed_content(finds, url, severity):
    (finding,) = finds(dom={"mixed_content": (url,)})
    assert (finding.kind, finding.severity) == ("mixed-content", severity)


def test_mixed_content_needs_a_secure_page_and_another_machine(finds):
    assert finds(dom={"mixed_content": ("http://localhost:3000/x.js",)}) == ()
    plain = "http://www.shop.example/"
    assert finds(url=plain, final_url=plain, network=(load("http://www.shop.example/a.js", "script", 200),)) == ()

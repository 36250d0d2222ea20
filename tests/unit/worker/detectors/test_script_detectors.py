import pytest

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence
from bughive_worker.observation import ConsoleEntry, NetworkEntry, ScriptError

CART = "TypeError: cart is null\n    at add (https://www.shop.example/cart.js:10:5)\n    at https://www.shop.example/app.js:1:1"
FAR = "Error: no ads\n    at https://ads.elsewhere.example/ad.js:1:1"


def test_an_exception_names_its_script_and_weighs_much(finds):
    (finding,) = finds(exceptions=(ScriptError("cart is null", CART),))
    assert (finding.kind, finding.severity) == ("uncaught-exception", Severity.HIGH)
    assert finding.resource == "https://www.shop.example/cart.js"


def test_a_rejection_is_a_kind_of_its_own(finds):
    (finding,) = finds(exceptions=(ScriptError("no stock", CART, rejection=True),))
    assert finding.kind == "unhandled-rejection"


def test_an_exception_in_another_sites_script_weighs_little(finds):
    (finding,) = finds(exceptions=(ScriptError("no ads", FAR),))
    assert finding.severity is Severity.LOW


def test_a_request_without_an_answer_may_be_the_crawls_own_network(finds):
    (finding,) = finds(exceptions=(ScriptError("Failed to fetch", CART, rejection=True),))
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.TENTATIVE)


def test_where_another_sites_script_did_not_arrive_errors_may_follow_from_that(finds):
    lost = NetworkEntry("https://cdn.elsewhere.example/lib.js", "script", failure="net::ERR_TUNNEL_CONNECTION_FAILED")
    (finding,) = finds(exceptions=(ScriptError("$ is not defined", CART),), network=(lost,))
    assert finding.severity is Severity.LOW


def test_where_the_sites_own_script_did_not_arrive_errors_are_its_fault(finds):
    lost = NetworkEntry("https://www.shop.example/lib.js", "script", status=404)
    found = {
        finding.kind: finding.severity
        for finding in finds(exceptions=(ScriptError("$ is not defined"),), network=(lost,))
    }
    assert found == {"broken-asset": Severity.HIGH, "uncaught-exception": Severity.HIGH}


def test_one_error_of_one_script_on_every_page_is_one_bug(finds):
    (one,) = finds(exceptions=(ScriptError("no product 17", CART),), template="t1")
    (other,) = finds(exceptions=(ScriptError("no product 18", CART),), template="t2")
    assert one.fingerprint == other.fingerprint


def test_an_inline_script_is_the_same_on_every_page(finds):
    prints = set()
    for name in ("a", "b"):
        url = f"https://www.shop.example/{name}"
        (finding,) = finds(url=url, final_url=url, exceptions=(ScriptError("x is null", f"at {url}:12:3"),))
        prints.add(finding.fingerprint)
    assert len(prints) == 1


def test_two_scripts_with_one_message_are_two_bugs(finds):
    stacks = ("at https://www.shop.example/a.js:1:1", "at https://www.shop.example/b.js:1:1")
    assert len(finds(exceptions=tuple(ScriptError("x is null", stack) for stack in stacks))) == 2


@pytest.mark.parametrize(
    "error",
    [
        ScriptError("ResizeObserver loop completed with undelivered notifications."),
        ScriptError("Script error."),
        ScriptError("AbortError: The user aborted a request.", rejection=True),
        ScriptError("oops", "at chrome-extension://abc/inject.js:1:1"),
    ],
    ids=lambda error: error.message,
)
def test_this_exception_is_no_bug_of_the_page(finds, error):
    assert finds(exceptions=(error,)) == ()


def test_a_console_error_is_low(finds):
    (finding,) = finds(console=(ConsoleEntry("error", "prices are stale", "https://www.shop.example/p.js", 4),))
    assert (finding.kind, finding.severity) == ("console-error", Severity.LOW)
    assert {fact.label: fact.text for fact in finding.evidence}["line"] == "5"


@pytest.mark.parametrize(
    "line",
    [
        ConsoleEntry("warning", "deprecated"),
        ConsoleEntry("error", "  "),
        ConsoleEntry("error", "Failed to load resource: net::ERR_BLOCKED_BY_CLIENT", "https://ads.example/x.js"),
        ConsoleEntry(
            "error", "Failed to load resource: the server responded with a status of 403 ()", "https://a.example/"
        ),
        ConsoleEntry("error", "Mixed Content: The page at ... was loaded over HTTPS, but requested ..."),
    ],
    ids=lambda line: line.text[:40],
)
def test_this_line_is_no_console_error(finds, line):
    assert finds(console=(line,)) == ()


def test_a_line_about_a_failed_request_adds_nothing_to_it(finds):
    url = "https://www.shop.example/api/cart"
    line = ConsoleEntry("error", f"GET {url} failed")
    kinds = [finding.kind for finding in finds(console=(line,), network=(NetworkEntry(url, "fetch", status=500),))]
    assert kinds == ["failed-request"]

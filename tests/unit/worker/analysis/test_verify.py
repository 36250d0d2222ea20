import pytest

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, PlainWords
from bughive_worker.analysis.answer import Answer
from bughive_worker.analysis.verify import Proposal, proposals, retold


@pytest.fixture
def believed(ask, bug):
    """What is believed of a bug that the model proposes, changed as the arguments say."""

    def believed(*texts: str, least: Severity = Severity.LOW, **changed) -> Proposal | None:
        answer = Answer.model_validate({"bugs": [bug(**changed)], "retold": []})
        kept = proposals(answer, ask(*texts), "https://shop.example/cart", "model-1", least)
        assert len(kept) <= 1
        return kept[0] if kept else None

    return believed


def click(control="c0", outcome="nothing-changes", text=""):
    return {"control": control, "outcome": outcome, "text": text}


def test_a_bug_whose_quotes_stand_on_the_page_is_reported_as_tentative(believed):
    finding = believed().finding
    assert (finding.kind, finding.severity, finding.confidence) == (
        "semantic-wrong-total",
        Severity.HIGH,
        Confidence.TENTATIVE,
    )
    assert finding.url == "https://shop.example/cart"
    assert finding.selector == "p.text2"
    assert finding.steps == ("Open https://shop.example/cart", 'Look for "Total: $25.00"')
    assert ("proposed by", "the language model model-1; the quotes stand on the page") in {
        (one.label, one.text) for one in finding.evidence
    }


def test_white_space_makes_no_difference_to_a_quote(believed):
    assert believed(quotes=["Total:\n  $25.00"])
    assert believed("A  long\tline", quotes=["A long line"])


@pytest.mark.parametrize(
    "quotes",
    [
        ["Total: $26.00"],
        ["Total: $25.00", "Sum: $1"],
        ["total: $25.00"],
        [" "],
        ["$25"],
        ["Your cart 2 x Mug at $10.00"],
    ],
)
def test_a_quote_that_is_not_there_or_says_nothing_drops_the_bug(believed, quotes):
    assert believed(quotes=quotes) is None


def test_a_short_quote_counts_where_it_is_all_that_an_element_says(believed):
    assert believed("$9", quotes=["$9"])


@pytest.mark.parametrize("element", ["t99", "c99", "b0", "p.text2", "", "t-1"])
def test_an_element_that_was_not_seen_drops_the_bug(believed, element):
    assert believed(element=element) is None


@pytest.mark.parametrize("field", ["title", "explanation"])
@pytest.mark.parametrize(
    "words",
    [
        "See https://evil.example/?k=1",
        "Ask support@evil.example",
        "Open javascript:alert(1)",
        "evil.example is right",
        "evil\u3002example is right",
        "\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444 is right",
        "Ask 10.1.2.3",
    ],
)
def test_an_address_that_was_not_seen_drops_the_bug(believed, field, words):
    assert believed(**{field: words}) is None
    assert believed(words, **{field: words}), "what stands on the page may be told"


def test_addresses_of_the_page_may_be_told(believed):
    assert believed(explanation="Compare with https://shop.example/help.")


@pytest.mark.parametrize(
    ("kind", "severity", "kept"),
    [
        ("semantic-wrong-total", "Critical", Severity.HIGH),
        ("semantic-wrong-total", "Low", Severity.LOW),
        ("semantic-nonsense-text", "Critical", Severity.MEDIUM),
        ("semantic-misleading-control", "High", Severity.MEDIUM),
    ],
)
def test_no_bug_is_worse_than_its_kind_may_be(believed, kind, severity, kept):
    assert believed(kind=kind, severity=severity).finding.severity is kept


def test_a_broken_flow_has_to_be_shown_by_a_click(believed):
    assert believed(kind="semantic-broken-flow") is None
    shown = believed(kind="semantic-broken-flow", severity="Critical", action=click())
    assert (shown.finding.severity, shown.finding.confidence) == (Severity.HIGH, Confidence.FIRM)
    assert shown.control.selector == "button.coupon"
    assert shown.finding.steps[-2:] == ('Click "Apply coupon"', "See that nothing happens")


@pytest.mark.parametrize(
    "action",
    [click("c99"), click("t0"), click("c2"), click("c3"), click("c0", "goes-to", "https://evil.example/")],
    ids=["unknown", "no control", "sounds harmful", "sends a form", "an address that was not seen"],
)
def test_a_click_that_may_not_be_tried_drops_the_bug(believed, action):
    assert believed(action=action) is None


def test_a_click_may_lead_to_an_address_of_the_page(believed):
    assert believed(action=click("c0", "goes-to", "https://shop.example/help?ref"))


def test_bugs_below_the_sessions_least_severity_are_left_out(believed):
    assert believed(severity="Low", least=Severity.MEDIUM) is None


def test_one_bug_at_one_element_is_reported_once(ask, bug):
    answer = Answer.model_validate({"bugs": [bug(), bug(title="Again")], "retold": []})
    (kept,) = proposals(answer, ask(), "https://shop.example/cart", "m", Severity.LOW)
    assert kept.finding.title == "The total is not the sum of the items"


def test_a_bug_has_the_same_fingerprint_whatever_the_model_calls_it(believed):
    assert believed().finding.fingerprint == believed(title="x", explanation="y", severity="Low").finding.fingerprint


def test_bugs_of_rules_are_told_in_plain_words(ask):
    told = {"bug": "b0", "title": "The  name is\nmissing", "steps": ["Open the cart", "Look below the heading"]}
    words = retold(Answer.model_validate({"bugs": [], "retold": [told]}), ask())
    assert words == {
        "00000000000000aa": PlainWords(title="The name is missing", steps=("Open the cart", "Look below the heading"))
    }


@pytest.mark.parametrize(
    "told",
    [
        {"bug": "b1", "title": "Another"},
        {"bug": "000000aa", "title": "By a fingerprint"},
        {"bug": "b0", "title": "Call evil.example"},
        {"bug": "b0", "title": "Fine", "steps": ["Open https://evil.example/"]},
    ],
)
def test_words_for_other_bugs_or_with_other_addresses_are_dropped(ask, told):
    assert retold(Answer.model_validate({"bugs": [], "retold": [told]}), ask()) == {}

import pytest

from bughive_crds.model import Severity
from bughive_worker.detectors.broken_encoding import is_garbled
from bughive_worker.detectors.placeholder_text import sign_in
from bughive_worker.observation import ElementFact, ScriptError


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("undefined", "undefined"),
        ("undefined undefined", "undefined"),
        ("Hello, undefined!", "undefined"),
        ("Welcome back undefined", "undefined"),
        ("$undefined", "undefined"),
        ("undefined €", "undefined"),
        ("Total: undefined", "undefined"),
        ("undefined reviews", "undefined"),
        ("4 of undefined", "undefined"),
        ("Posted by undefined, 3 days ago", "undefined"),
        ("By undefined on 3 May 2026", "undefined"),
        ("Posted by undefined on Monday, 3 May", "undefined"),
        ("by null | 12.04.2026", "null"),
        ("NaN", "NaN"),
        ("NaN% off", "NaN"),
        ("€NaN per month", "NaN"),
        ("Rating: NaN", "NaN"),
        ("-$NaN", "NaN"),
        ("null", "null"),
        ("Color: null", "null"),
        ("null €", "null"),
        ("$Infinity", "Infinity"),
        ("Invalid Date", "Invalid Date"),
        ("Delivered on Invalid Date", "Invalid Date"),
        ("[object Object]", "[object Object]"),
        ("Hi [object Promise], welcome", "[object Object]"),
        ("Dear {{ customer.name }},", "template"),
        ("{% if user %}Hello{% endif %}", "template"),
        ("Only ${price} left", "template"),
        ("<%= title %>", "template"),
        ("%s items in your cart", "format"),
        ("Page %d of 10", "format"),
        ("Hello %(name)s", "format"),
        ("{0} people like this", "format"),
        ("translation missing: en.cart.title", "missing translation"),
        ("Lorem ipsum dolor sit amet, consectetur", "lorem ipsum"),
        ("About us. Dolor sit amet consectetur.", "lorem ipsum"),
    ],
)
def test_a_program_left_this_where_a_value_should_stand(text, sign):
    assert sign_in(text) == sign


@pytest.mark.parametrize(
    "text",
    [
        "Signed overflow is undefined behaviour in C.",
        "The slope of a vertical line is undefined.",
        "What does undefined mean?",
        "By undefined behaviour we mean what the standard leaves open.",
        "A slope given by undefined on purpose",
        "Guarded by null at runtime",
        "undefined is not a function",
        "null vs undefined",
        "The null hypothesis was rejected",
        "H0: null hypothesis",
        "null results are published less often",
        "The contract is null and void.",
        "Is NaN equal to NaN?",
        "NaN is short for not a number",
        "Returns Not a Number (NaN).",
        'The page says "undefined" in place of a price',
        "It prints “NaN” there",
        "Infinity pool with a view",
        "To infinity and beyond",
        "Invalid Date format was used in the import",
        "100% satisfaction",
        "50% silk, 50% denim",
        "Save 20% daily",
        "Use {curly} braces",
        "GET /users/{0}/orders",
        "We used lorem ipsum text until the copy was ready",
        "Price: $20",
        "My {heart} beats",
        "Naan bread, Nanny, Nan",
    ],
)
def test_this_is_prose_and_no_placeholder(text):
    assert sign_in(text) is None


def block(text, **facts):
    return ElementFact("main > p.price", text, **facts)


def test_a_placeholder_is_reported_with_its_place(finds):
    (finding,) = finds(dom={"suspicious_texts": (block("$NaN"),)})
    assert (finding.kind, finding.severity, finding.selector) == ("placeholder-text", Severity.MEDIUM, "main > p.price")
    assert finding.title == 'Placeholder in the text: "$NaN"'


def test_one_placeholder_on_thirty_cards_is_one_bug(finds):
    cards = tuple(ElementFact(f"main > div.card:nth-of-type({place}) > p", "$NaN") for place in range(30))
    assert len(finds(dom={"suspicious_texts": cards})) == 1


def test_the_same_words_in_several_places_of_a_page_are_one_bug(finds):
    texts = (ElementFact("dl > dd", "£NaN"), ElementFact("dl > dd.total", "£NaN"), ElementFact("p.rate", "NaN%"))
    assert len(finds(dom={"suspicious_texts": texts})) == 2


def test_one_unfilled_template_is_one_bug_on_the_whole_site(finds):
    one = ElementFact("main > p", "Showing {{ shown }} of {{ total }}")
    other = ElementFact("main > div > p.count", "Results: Showing {{ shown }} of {{ total }}")
    (first,) = finds(dom={"suspicious_texts": (one,)}, template="t1")
    (second,) = finds(dom={"suspicious_texts": (other,)}, template="t2")
    assert first.fingerprint == second.fingerprint
    (third,) = finds(dom={"suspicious_texts": (ElementFact("main > p", "{{ name }}"),)}, template="t1")
    assert third.fingerprint != first.fingerprint


def test_a_placeholder_in_the_shared_header_is_one_bug_on_all_templates(finds):
    header = {"suspicious_texts": (block("Hello, undefined", in_chrome=True),)}
    (one,), (other,) = finds(dom=header, template="t1"), finds(dom=header, template="t2")
    assert one.fingerprint == other.fingerprint


def test_on_a_page_about_programs_it_is_low(finds):
    (finding,) = finds(dom={"suspicious_texts": (block("undefined"),), "code_blocks": 6})
    assert finding.severity is Severity.LOW


def test_a_page_about_lorem_ipsum_may_show_it(finds):
    text = block("Lorem ipsum dolor sit amet")
    assert finds(dom={"title": "Lorem ipsum generator", "suspicious_texts": (text,)}) == ()


@pytest.mark.parametrize("title", ["undefined | Shop", "Shop - NaN", "{{ page.title }}", "[object Object]"])
def test_a_placeholder_in_the_title_is_reported(finds, title):
    assert [finding.kind for finding in finds(dom={"title": title})] == ["placeholder-text"]


@pytest.mark.parametrize("title", ["null vs undefined - Blog", "What NaN means", "50% off | Shop"])
def test_a_title_may_speak_of_such_words(finds, title):
    assert finds(dom={"title": title}) == ()


@pytest.mark.parametrize(
    "text", ["cafÃ©", "donâ€™t", "â€œquotedâ€\x9d", "Â£20", "MÃ¼ller", "caf\ufffd", "na\ufffdve", "ðŸ\u02dc€"]
)
def test_letters_were_lost_here(text):
    assert is_garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "café",
        "São Paulo",
        "NÃO",
        "don\u2019t",
        "“quoted”",
        "£20",
        "Ünïcödé",
        "naïve",
        "À la carte",
        "\ufffd",
        "日本語",
        "😀",
        "Âge",
        "№ 5",
    ],
)
def test_these_letters_are_meant(text):
    assert not is_garbled(text)


def test_a_page_of_garbled_blocks_is_one_bug(finds):
    (finding,) = finds(dom={"garbled_texts": (block("cafÃ©"), ElementFact("main > h1", "MÃ¼ller"))})
    assert finding.kind == "broken-encoding"
    assert {fact.label: fact.text for fact in finding.evidence}["alike"] == "2 blocks"


def test_a_blank_page_is_reported_with_the_exception_that_may_explain_it(finds):
    found = finds(dom={"text_length": 0}, exceptions=(ScriptError("x is null"),))
    (empty,) = [finding for finding in found if finding.kind == "empty-page"]
    assert {fact.label: fact.text for fact in empty.evidence}["exception"] == "x is null"


@pytest.mark.parametrize(
    "facts",
    [
        {"dom": {"text_length": 0, "media_count": 1}},
        {"dom": {"text_length": 1}},
        {"dom": {"text_length": 0}, "headers": {"content-type": "image/png"}},
        {"dom": {"text_length": 0}, "status": 403},
    ],
)
def test_this_page_is_not_empty(finds, facts):
    assert "empty-page" not in {finding.kind for finding in finds(**facts)}


def test_a_page_with_nothing_between_header_and_footer_is_reported(finds):
    (finding,) = finds(dom={"content": False})
    assert (finding.kind, finding.severity) == ("empty-page", Severity.MEDIUM)
    assert finding.title.startswith("Nothing between header and footer")


def test_a_page_without_a_title_is_reported_once_per_template(finds):
    (one,), (other,) = (finds(dom={"title": " "}, url=f"https://www.shop.example/{name}") for name in "ab")
    assert one.kind == "missing-title"
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("facts", [{"status": 403}, {"headers": {"content-type": "application/json"}}])
def test_what_is_no_page_needs_no_title(finds, facts):
    assert "missing-title" not in {finding.kind for finding in finds(dom={"title": ""}, **facts)}

import pytest

from bughive_crds.model import Severity
from bughive_worker.observation import AxeViolation, ElementFact


def violation(rule="image-alt", impact="critical", selector="main > img", summary="Fix it", **facts):
    return AxeViolation(
        rule, impact, "Images must have alternative text", "https://help.example", selector, "<img>", summary, **facts
    )


def contrast(ratio, selector="main > p", ink="#999999"):
    colours = f"(foreground color: {ink}, background color: #ffffff, font size: 12.0pt"
    summary = f"Element has insufficient color contrast of {ratio} {colours}"
    return violation("color-contrast", "serious", selector, summary)


@pytest.mark.parametrize(
    ("broken", "severity"),
    [
        (violation(impact="critical"), Severity.HIGH),
        (violation("link-name", "serious"), Severity.MEDIUM),
        (violation("heading-order", "moderate"), Severity.LOW),
        (violation("image-redundant-alt", "minor"), Severity.LOW),
        (violation("html-has-lang", "serious", "html"), Severity.LOW),
        (violation("aria-allowed-attr", "critical"), Severity.LOW),
        (contrast(2.84), Severity.LOW),
        (contrast(1.3), Severity.MEDIUM),
    ],
)
def test_severity_follows_impact_where_somebody_is_kept_out(finds, broken, severity):
    (finding,) = finds(accessibility=(broken,))
    assert (finding.kind, finding.severity) == (f"a11y-{broken.rule}", severity)


def test_like_elements_of_one_template_are_one_bug_with_a_count(finds):
    cards = tuple(violation(selector=f"main > div.card:nth-of-type({place}) > img") for place in range(20))
    (finding,) = finds(accessibility=cards)
    assert {fact.label: fact.text for fact in finding.evidence}["alike"] == "20 elements of this page"


def test_elements_of_two_sorts_are_two_bugs(finds):
    assert len(finds(accessibility=(violation(selector="main > img"), violation(selector="aside > img")))) == 2


def test_a_component_is_one_bug_on_every_template_it_stands_on(finds):
    def broken(path):
        return finds(accessibility=(violation(selector=f"{path} > article.review > img"),), template=path)[
            0
        ].fingerprint

    assert broken("main > div.wrap > section") == broken("main > div:nth-of-type(2)")


def test_a_title_names_the_element_as_people_do_and_keeps_the_path_apart(finds):
    (finding,) = finds(accessibility=(violation(selector="main > div.wrap > p > img"),))
    assert finding.title == "Images must have alternative text: the picture"
    assert finding.selector == "main > div.wrap > p > img"


def test_one_pair_of_colours_is_one_bug_on_the_whole_site(finds):
    (one,) = finds(accessibility=(contrast(2.8, "main > p.a"), contrast(2.8, "main > p.b")), template="t1")
    (other,) = finds(accessibility=(contrast(2.8, "main > em"),), template="t2")
    assert one.fingerprint == other.fingerprint
    assert len(finds(accessibility=(contrast(2.8), contrast(2.9, ink="#989898")))) == 2


@pytest.mark.parametrize(
    ("broken", "count"),
    [(violation(), 2), (violation(in_chrome=True), 1), (violation("html-has-lang", "serious", "html"), 1)],
)
def test_a_violation_belongs_to_its_template_or_to_what_all_share(finds, broken, count):
    prints = {finds(accessibility=(broken,), template=template)[0].fingerprint for template in ("t1", "t2")}
    assert len(prints) == count


def test_a_duplicate_id_matters_where_something_refers_to_it(finds):
    twin = (ElementFact("form > input:nth-of-type(2)", "email"),)
    (unused,) = finds(dom={"duplicate_ids": twin})
    (used,) = finds(dom={"duplicate_ids": twin, "referenced_ids": ("email",)})
    assert (unused.kind, unused.severity, used.severity) == ("duplicate-id", Severity.LOW, Severity.MEDIUM)
    assert unused.fingerprint == used.fingerprint


def test_numbered_ids_of_one_template_are_one_bug(finds):
    twins = (ElementFact("#item-1", "item-1"), ElementFact("#item-2", "item-2"))
    assert len(finds(dom={"duplicate_ids": twins})) == 1

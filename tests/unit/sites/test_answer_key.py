"""Findings held against the answer key."""

from itertools import count

import pytest
from sites.shop.answer_key import load_bugs, score

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Evidence, Finding

SITE = "http://127.0.0.1:8080"
DETECTABLE = [bug for bug in load_bugs() if bug.detectable]
_number = count()


def finding(kind, path="/", **more):
    return Finding(
        **{
            "fingerprint": f"{next(_number):016x}",
            "kind": kind,
            "severity": Severity.MEDIUM,
            "confidence": Confidence.FIRM,
            "title": "Something is wrong",
            "url": SITE + path,
        }
        | more
    )


def ideal(bug):
    """The finding that a perfect detector would write for this bug."""
    resource = bug.resource and (bug.resource if "//" in bug.resource else SITE + bug.resource)
    facts = {"rule": bug.rule, "seen": bug.sign}
    evidence = tuple(Evidence(label=label, text=text) for label, text in facts.items() if text)
    return finding(bug.kind, bug.example, selector=bug.selector, resource=resource, evidence=evidence)


@pytest.mark.parametrize("bug", DETECTABLE, ids=lambda bug: bug.id)
def test_a_perfect_finding_names_its_bug_and_no_other(bug):
    assert [other.id for other in load_bugs() if other.match.holds(ideal(bug))] == [bug.id]


def test_perfect_findings_find_everything_that_has_a_detector():
    result = score([ideal(bug) for bug in DETECTABLE])
    assert result.overlooked == ()
    assert {bug.detector for bug in result.missed} == {"none"}
    assert (result.recall, result.precision) == (1.0, 1.0)
    assert result.recall_of_all == len(DETECTABLE) / len(load_bugs())


def test_nothing_found_is_no_recall_and_no_false_alarm():
    result = score([])
    assert (result.recall, result.recall_of_all, result.precision) == (0.0, 0.0, 1.0)
    assert len(result.missed) == len(load_bugs())


def test_a_second_finding_of_a_bug_is_a_duplicate():
    footer = next(bug for bug in DETECTABLE if bug.id == "footer-careers-gone")
    result = score([ideal(footer), ideal(footer).model_copy(update={"fingerprint": "f" * 16})])
    assert [hit.bug.id for hit in result.duplicates] == ["footer-careers-gone"]
    assert result.precision == 0.5


def test_a_finding_that_no_bug_explains_is_unexpected():
    stray = finding("broken-link", "/about", resource=SITE + "/about/sourcing")
    result = score([stray])
    assert result.unexpected == (stray,)
    assert result.precision == 0.0


def test_a_finding_of_the_right_kind_on_the_wrong_page_does_not_count():
    assert score([finding("slow-page", "/help")]).found == ()
    assert [hit.bug.id for hit in score([finding("slow-page", "/stores")]).found] == ["stores-slow"]


def test_one_of_two_bugs_of_a_kind_is_told_from_the_other_by_its_text():
    seen = finding("duplicate-id", "/account/register", evidence=(Evidence(label="id", text="consent"),))
    assert [hit.bug.id for hit in score([seen]).found] == ["register-consent-id-twice"]


def test_an_accessibility_finding_is_told_by_its_rule_as_a_whole_word():
    key = {"evidence": (Evidence(label="axe", text="aria-label: input name=email"),)}
    assert score([finding("accessibility", "/", **key)]).found == ()
    named = finding("accessibility", "/", evidence=(Evidence(label="rule", text="label: #newsletter-email"),))
    assert [hit.bug.id for hit in score([named]).found] == ["newsletter-no-label"]


def test_a_kind_may_carry_its_rule_in_its_name():
    assert [hit.bug.id for hit in score([finding("a11y-frame-title", "/contact")]).found] == ["contact-map-untitled"]


def test_what_a_bug_causes_beside_itself_is_neither_duplicate_nor_unexpected():
    result = score([finding("empty-page", "/press"), finding("missing-title", "/press")])
    assert [hit.bug.id for hit in result.consequences] == ["press-blank"]
    assert result.precision == 1.0

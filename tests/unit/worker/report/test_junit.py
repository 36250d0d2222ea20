"""What a pipeline's test report shows of a report."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import xmlschema
from fixtures.reported import bug, document
from hypothesis import given
from hypothesis import strategies as st

from bughive_crds.crawl_session import ChecksSpec, FailOnSpec, Outcome
from bughive_crds.model import Severity
from bughive_worker.detectors.registry import ORACLES
from bughive_worker.report.history import Comparison
from bughive_worker.report.junit import render_junit

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parents[3] / "data/schemas/junit-10.xsd"))


def suites_of(report) -> ET.Element:
    """A report's test suites, which are valid."""
    data = render_junit(report)
    root = ET.fromstring(data)
    SCHEMA.validate(root)
    for attribute, element in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        assert root.get(attribute) == str(len(list(root.iter(element))))
        for suite in root:
            assert suite.get(attribute) == str(len(list(suite.iter(element))))
    return root


def test_a_report_without_bugs_is_valid_and_passes_with_a_suite_for_each_detector():
    root = suites_of(document())
    assert [suite.get("name") for suite in root] == ["crawl", *(detector.name for detector in ORACLES)]
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert root.get("name") == "BugHive: https://shop.example/"


def test_a_detector_that_did_not_run_is_no_suite():
    root = suites_of(document(checks=ChecksSpec(enable=("broken-links",))))
    assert [suite.get("name") for suite in root] == ["crawl", "broken-links"]


def test_a_bug_that_makes_the_outcome_fails_and_says_all_of_it():
    item = bug(Severity.HIGH, title="Link to /gone is broken", occurrences=4)
    root = suites_of(document(item))
    (case,) = (case for case in root.iter("testcase") if case.find("failure") is not None)
    assert case.get("name") == f"Link to /gone is broken [{item.finding.fingerprint}]"
    assert case.get("classname") == "broken-link"
    failure = case.find("failure")
    assert (failure.get("type"), failure.get("message")) == ("broken-link", "Link to /gone is broken")
    for told in ("High, certain", "Why & how.", "Page: https://shop.example/a", "Element: main > a", "Status: 404"):
        assert told in failure.text
    assert "1. Open the page." in failure.text
    assert "Seen on 4 pages" in failure.text
    (suite,) = (suite for suite in root if suite.get("name") == "broken-links")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("1", "1", "0")


def failing(report) -> set[str]:
    """The messages of the failures; they are there if, and only if, the outcome is BugsFound."""
    found = {failure.get("message") for failure in suites_of(report).iter("failure")}
    assert bool(found) == (report.outcome is Outcome.BUGS_FOUND)
    return found


def test_failures_are_what_fail_on_says():
    bugs = [bug(Severity.CRITICAL, title="critical"), bug(Severity.MEDIUM, title="medium"), bug(Severity.LOW)]
    assert failing(document(*bugs)) == {"critical"}
    assert failing(document(*bugs, fail_on=FailOnSpec(severity=Severity.MEDIUM))) == {"critical", "medium"}
    assert failing(document(*bugs, fail_on=FailOnSpec(count=2))) == set()
    assert failing(document(*bugs, fail_on=FailOnSpec(severity=Severity.MEDIUM, count=2))) == {"critical", "medium"}


def test_known_bugs_fail_only_where_they_count():
    known, new = bug(Severity.HIGH, title="known"), bug(Severity.HIGH, title="new")
    since = {known.finding.fingerprint: datetime(2025, 5, 6, tzinfo=UTC)}
    both = Comparison(new=frozenset({new.finding.fingerprint}), since=since)
    assert failing(document(known, new, comparison=both, fail_on=FailOnSpec(new_only=True))) == {"new"}
    assert failing(document(known, comparison=Comparison(since=since), fail_on=FailOnSpec(new_only=True))) == set()
    assert failing(document(known, new, comparison=both)) == {"known", "new"}
    assert failing(document(known, fail_on=FailOnSpec(new_only=True))) == {"known"}


def test_an_ignored_bug_is_skipped_with_its_reason():
    root = suites_of(document(bug(Severity.CRITICAL, ignored="third party")))
    (skipped,) = root.iter("skipped")
    assert skipped.get("message") == "third party"
    assert root.get("failures") == "0"


def test_a_bug_that_does_not_count_passes_and_is_told():
    root = suites_of(document(bug(Severity.LOW, title="small")))
    (case,) = (case for case in root.iter("testcase") if case.get("classname") == "broken-link")
    assert "Low, certain: small" in case.find("system-out").text


def test_a_partial_report_is_an_error():
    (error,) = suites_of(document(partial=True)).iter("error")
    assert "stopped before" in error.get("message")


def test_a_kind_that_no_detector_has_is_in_a_suite_of_its_own():
    root = suites_of(document(bug(Severity.HIGH, kind="told-by-a-later-version")))
    assert [suite.get("name") for suite in root][-1] == "other"


def test_control_characters_are_spelled_out():
    item = bug(Severity.HIGH, description="\x1b[31mred\x00 \ud800 \ufffe & <b>")
    (failure,) = suites_of(document(item)).iter("failure")
    assert r"\x1b[31mred\x00 \ud800 \ufffe & <b>" in failure.text


@given(st.text(max_size=60), st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_whatever_a_page_says_the_file_is_valid_and_no_text_becomes_markup(title, description):
    root = suites_of(document(bug(Severity.HIGH, title=title, description=description)))
    (failure,) = root.iter("failure")
    assert failure.get("type") == "broken-link"
    assert len(failure) == 0

"""What code scanning reads of a report."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import jsonschema
import pytest
from fixtures.reported import NOW, bug, document
from hypothesis import given
from hypothesis import strategies as st

from bughive_crds.crawl_session import ChecksSpec
from bughive_crds.model import Severity
from bughive_protocol.picture import KeptPicture
from bughive_worker.detectors.registry import ORACLES
from bughive_worker.report.history import Comparison
from bughive_worker.report.sarif import render_sarif

SCHEMA = json.loads((Path(__file__).parents[3] / "data/schemas/sarif-2.1.0.json").read_text())
VALID = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)


def run_of(report) -> dict:
    """The one run of a report's SARIF, which is valid."""
    log = json.loads(render_sarif(report))
    VALID.validate(log)
    (run,) = log["runs"]
    return run


def address(run: dict, location: dict) -> str:
    """The page that a location means, as a reader of SARIF resolves it."""
    place = location["physicalLocation"]["artifactLocation"]
    assert place["uri"]
    assert not urlsplit(place["uri"]).scheme, "GitHub refuses the whole file"
    return urljoin(run["originalUriBaseIds"][place["uriBaseId"]]["uri"], place["uri"])


def test_a_report_without_bugs_is_valid_and_says_what_was_looked_for():
    run = run_of(document())
    assert run["results"] == []
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {kind for each in ORACLES for kind in each.kinds}


def test_kinds_that_were_not_looked_for_are_no_rules():
    run = run_of(document(checks=ChecksSpec(enable=("broken-links",))))
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "broken-link"
    assert rule["shortDescription"]["text"] == "Links whose target is gone or answers an error."
    assert "\n\n" in rule["help"]["markdown"]
    assert rule["fullDescription"]["text"] == rule["help"]["markdown"].partition("\n\n")[0]


def test_a_bug_is_a_result_of_its_kinds_rule_with_its_fingerprint():
    item = bug(Severity.HIGH, occurrences=3)
    run = run_of(document(item))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "broken-link"
    assert result["partialFingerprints"] == {
        "bughive/v1": item.finding.fingerprint,
        "primaryLocationLineHash": f"{item.finding.fingerprint}:1",
    }
    assert address(run, result["locations"][0]) == "https://shop.example/a"
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "main > a"
    assert result["message"]["text"].startswith("A bug\nWhy & how.\nPage: https://shop.example/a\nStatus: 404\n1. Open")
    assert result["suppressions"] == []
    assert result["properties"]["occurrences"] == 3
    assert result["properties"]["firstSeen"] == "2026-01-02T03:04:05.000Z"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "note"),
    ],
)
def test_severities_are_levels(severity, level):
    (result,) = run_of(document(bug(severity)))["results"]
    assert result["level"] == level


def test_a_kind_that_no_detector_has_is_a_rule_all_the_same():
    run = run_of(document(bug(Severity.LOW, kind="told-by-a-later-version")))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "told-by-a-later-version"


def test_an_ignored_bug_is_suppressed_with_its_reason():
    (result,) = run_of(document(bug(Severity.HIGH, ignored="third party")))["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "third party"}]


def test_new_and_known_bugs_are_told_apart_and_a_first_session_says_nothing():
    known, new = bug(Severity.HIGH, title="known"), bug(Severity.HIGH, title="new")
    since = datetime(2025, 5, 6, tzinfo=UTC)
    comparison = Comparison(new=frozenset({new.finding.fingerprint}), since={known.finding.fingerprint: since})
    results = {
        result["message"]["text"].partition("\n")[0]: result
        for result in run_of(document(known, new, comparison=comparison))["results"]
    }
    assert {title: result["baselineState"] for title, result in results.items()} == {"known": "unchanged", "new": "new"}
    assert results["known"]["properties"]["firstSeen"] == "2025-05-06T00:00:00.000Z"
    assert "baselineState" not in run_of(document(new))["results"][0]


def test_a_partial_report_is_no_success_and_says_why():
    (invocation,) = run_of(document(partial=True))["invocations"]
    assert not invocation["executionSuccessful"]
    assert "stopped before" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    (whole,) = run_of(document())["invocations"]
    assert whole["executionSuccessful"]
    assert whole["toolExecutionNotifications"] == []
    assert whole["endTimeUtc"] == NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/",
        "https://shop.example/a/b?x=1&y=2#z",
        "https://shop.example/?q=1",
        "https://shop.example/a:b/c",
        "http://[::1]:8080/x",
        "https://shop.example/caf%C3%A9",
    ],
)
def test_a_page_is_found_again_by_its_host_and_the_way_below_it(url):
    run = run_of(document(bug(Severity.LOW, url=url)))
    assert address(run, run["results"][0]["locations"][0]) == url


def test_a_path_with_an_empty_part_names_no_other_host():
    (result,) = run_of(document(bug(Severity.LOW, url="https://shop.example//other.example")))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == ".//other.example"


def test_pages_of_several_hosts_have_bases_of_their_own():
    item = bug(Severity.LOW, url="https://shop.example/a").model_copy(
        update={"examples": ("https://shop.example/a", "https://blog.shop.example/b")}
    )
    run = run_of(document(item))
    (result,) = run["results"]
    assert [address(run, each) for each in result["relatedLocations"]] == ["https://blog.shop.example/b"]
    assert set(run["originalUriBaseIds"]) == {"https://shop.example/", "https://blog.shop.example/"}


def test_a_picture_is_attached_by_its_place_beside_the_file():
    item = bug(Severity.HIGH)
    picture = KeptPicture(name="pictures/x.webp", url="https://store.example/x.webp", width=8, height=6, size=9)
    (result,) = run_of(document(item).pictured({item.finding.fingerprint: picture}))["results"]
    assert [each["artifactLocation"]["uri"] for each in result["attachments"]] == ["pictures/x.webp"]


def test_what_a_page_says_is_no_link_in_a_message():
    (result,) = run_of(document(bug(Severity.LOW, title="[Log in](https://evil.example/)")))["results"]
    assert "](" not in result["message"]["text"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_page_says_and_is_called_the_file_is_valid(title, path):
    item = bug(Severity.LOW, title=title, url=f"https://shop.example/{path}")
    run = run_of(document(item, checks=ChecksSpec(enable=("broken-links",))))
    assert len(run["results"]) == 1

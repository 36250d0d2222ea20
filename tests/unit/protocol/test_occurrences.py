"""How often a bug occurs."""

from datetime import UTC, datetime

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import LinkItem
from bughive_protocol.limits import Limits
from bughive_protocol.occurrences import Occurrences, all_occurrences, distinct, distinct_links, recorded, seen_together


def finding(fingerprint: str, url: str = "u") -> Finding:
    return Finding(
        fingerprint=fingerprint, kind="k", severity=Severity.LOW, confidence=Confidence.FIRM, title="t", url=url
    )


def test_the_first_of_each_fingerprint_counts() -> None:
    assert distinct([finding("a", "1"), finding("b"), finding("a", "2")]) == {"a": finding("a", "1"), "b": finding("b")}


def test_the_first_of_each_link_counts() -> None:
    links = [LinkItem(url="x", source="s", text="one"), LinkItem(url="x", source="s", text="two")]
    assert list(distinct_links(links).values()) == links[:1]


def test_findings_that_are_seen_together_occur_on_their_different_pages() -> None:
    seen = seen_together([finding("a", "1"), finding("a", "2"), finding("a", "1")])
    assert seen == {"a": Occurrences(2, ("1", "2"))}


def test_two_links_that_lead_to_one_bug_add_up() -> None:
    links = {"x": Occurrences(7, ("1", "2")), "y": Occurrences(1, ("2",)), "fine": Occurrences(9)}
    total = all_occurrences({"other": Occurrences(1, ("3",))}, links, {"x": "dead", "y": "dead"})
    assert total == {"other": Occurrences(1, ("3",)), "dead": Occurrences(8, ("1", "2"))}


def test_a_finding_occurs_at_least_where_it_was_seen() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    for nothing in (None, Occurrences()):
        one = recorded(finding("a", "here"), at, nothing)
        assert (one.occurrences, one.examples) == (1, ("here",))


def test_a_session_remembers_ten_pages_for_each_it_may_visit() -> None:
    assert Limits(max_pages=1).max_known == 1000
    assert Limits(max_pages=500).max_known == 5000
    assert Limits(max_pages=500, max_known=7).max_known == 7

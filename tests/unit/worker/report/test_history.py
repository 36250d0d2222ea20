"""New, known, fixed: what a site's history says of a session, whatever is repeated or comes late."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, RecordedFinding
from bughive_worker.report.history import MAX_BUGS, History, Look, compare

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FOREVER = timedelta(0)
PAGES = frozenset({"/a", "/b", "/c"})
KINDS = frozenset({"broken-link", "contrast"})


def bug(name: str, *pages: str, kind: str = "broken-link", severity: Severity = Severity.HIGH, resource=None):
    pages = pages or ("/a",)
    finding = Finding(
        fingerprint=name,
        kind=kind,
        severity=severity,
        confidence=Confidence.CERTAIN,
        title=name,
        url=pages[0],
        resource=resource,
    )
    return RecordedFinding(finding=finding, first_seen=BEGIN, occurrences=len(pages), examples=pages)


def look(number: int, **changes) -> Look:
    began = BEGIN + timedelta(days=number)
    known = {"pages": PAGES, "inspected": PAGES, "kinds": KINDS, "kinds_by_inspection": frozenset({"contrast"})}
    return Look(f"session-{number}", began, began + timedelta(hours=1), **{"complete": True, **known, **changes})


def after(*sessions: tuple) -> History:
    history = None
    for number, found in enumerate(sessions):
        history, _ = compare(history, found, look(number), FOREVER)
    assert history is not None
    return history


def test_a_models_bug_is_fixed_only_where_the_model_was_heard_about_its_page():
    model = {"kinds": KINDS | {"semantic-x"}, "kinds_by_analysis": frozenset({"semantic-x"})}
    before = after([], [bug("wrong total", kind="semantic-x")])
    for analyzed, fixed in ((frozenset(), 0), (PAGES, 1)):
        _, comparison = compare(before, [], look(2, **model, analyzed=analyzed), FOREVER)
        assert len(comparison.fixed) == fixed


def test_a_sites_first_session_has_nothing_to_compare_with_also_when_its_end_is_repeated():
    history, comparison = compare(None, [bug("x")], look(0), FOREVER)
    again, still = compare(history, [bug("x")], look(0), FOREVER)
    assert (comparison, still) == (None, None)
    assert again == history


def test_bugs_are_new_then_known_then_fixed_then_new_again():
    history = after([bug("old")])
    history, second = compare(history, [bug("old"), bug("young")], look(1), FOREVER)
    history, third = compare(history, [bug("young")], look(2), FOREVER)
    _, fourth = compare(history, [bug("young"), bug("old")], look(3), FOREVER)

    assert (second.new, set(second.since), set(second.fixed)) == ({"young"}, {"old"}, set())
    assert (third.new, set(third.since), set(third.fixed)) == (set(), {"young"}, {"old"})
    assert (fourth.new, set(fourth.since), set(fourth.fixed)) == ({"old"}, {"young"}, set())


def test_what_was_fixed_is_told_once():
    history = after([bug("x")], [], [])
    _, comparison = compare(history, [], look(3), FOREVER)
    assert comparison.fixed == {}


@pytest.mark.parametrize(
    ("changes", "seen_on"),
    [
        pytest.param({"pages": frozenset({"/a"})}, ("/a", "/b"), id="a page was not visited"),
        pytest.param({"complete": False}, ("/a",), id="the session was stopped"),
        pytest.param({"kinds": frozenset()}, ("/a",), id="nobody looked for its kind"),
        pytest.param({"least": Severity.CRITICAL}, ("/a",), id="bugs like it were left out"),
        pytest.param({"undecided": frozenset({"/gone"})}, ("/a",), id="its link could not be verified"),
    ],
)
def test_a_bug_that_could_not_have_been_seen_is_not_fixed(changes, seen_on):
    history = after([bug("x", *seen_on, resource="/gone")])
    _, comparison = compare(history, [], look(1, **changes), FOREVER)
    assert comparison.fixed == {}
    _, comparison = compare(history, [], look(1), FOREVER)
    assert set(comparison.fixed) == {"x"}


def test_what_only_shows_at_a_full_look_is_not_fixed_by_a_glance():
    history = after([bug("x", "/a", kind="contrast")])
    _, glance = compare(history, [], look(1, inspected=frozenset({"/b"})), FOREVER)
    _, full = compare(history, [], look(1), FOREVER)
    assert (set(glance.fixed), set(full.fixed)) == (set(), {"x"})


def test_what_a_session_of_the_same_time_has_just_seen_is_not_fixed():
    history = after([bug("x")])
    history, _ = compare(history, [bug("x")], look(2), FOREVER)
    overtaken = look(1)
    late = Look(**{**vars(overtaken), "at": look(2).at + timedelta(minutes=1)})
    _, comparison = compare(history, [], late, FOREVER)
    assert comparison.fixed == {}


def test_what_nobody_has_seen_for_long_is_forgotten():
    history = after([bug("x", "/elsewhere")])
    kept, _ = compare(history, [], look(30), timedelta(days=60))
    forgotten, _ = compare(history, [], look(90), timedelta(days=60))
    _, back = compare(forgotten, [bug("x", "/elsewhere")], look(91), timedelta(days=60))
    assert (set(kept.bugs), set(forgotten.bugs)) == ({"x"}, set())
    assert back.new == {"x"}


def test_a_history_is_bounded_and_keeps_what_was_seen_last():
    old = [bug(f"old-{i}") for i in range(MAX_BUGS)]
    history = after(old, [bug("young")])
    assert len(history.bugs) == MAX_BUGS
    assert "young" in history.bugs


@given(st.lists(st.sets(st.sampled_from("uvwxyz")), min_size=1, max_size=6))
def test_the_counts_add_up_and_repeating_an_end_changes_nothing(sessions):
    history = None
    for number, names in enumerate(sessions):
        found = [bug(name) for name in sorted(names)]
        history, comparison = compare(history, found, look(number), FOREVER)
        assert compare(history, found, look(number), FOREVER) == (history, comparison)
        assert History.model_validate_json(history.model_dump_json()) == history
        if comparison is not None:
            assert comparison.new | set(comparison.since) == names
            assert not comparison.new & set(comparison.since)
            assert not set(comparison.fixed) & names

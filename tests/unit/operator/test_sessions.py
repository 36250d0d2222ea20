"""What is kept of each session, and how its status is read and written."""

from datetime import UTC, datetime, timedelta

import pytest

from bughive_crds.crawl_session import CrawlSessionStatus
from bughive_operator.clock import ManualClock
from bughive_operator.lines import Lines
from bughive_operator.merge_patch import merge_patch, status_patch
from bughive_operator.observation import Resource
from bughive_operator.quota import Quota, Quotas
from bughive_operator.sessions import Sessions


def body(version=1, uid="a", **parts):
    metadata = {
        "uid": uid,
        "namespace": "web",
        "name": "shop",
        "generation": 1,
        "resourceVersion": str(version),
        "creationTimestamp": "2026-06-01T12:00:00Z",
    }
    return {"metadata": metadata, "spec": {"url": "https://shop.example/"}, **parts}


@pytest.fixture
def sessions():
    return Sessions(
        Lines(Quotas(Quota(2)), timedelta(minutes=10), lambda _: "crawl"),
        ManualClock(datetime(2026, 6, 1, 13, tzinfo=UTC)),
    )


def test_only_what_is_newer_counts_as_a_change(sessions):
    assert sessions.put(body(9))
    assert not sessions.put(body(9))
    assert not sessions.put(body(8))
    assert sessions.put(body(10, status={"phase": "Queued"}))
    assert sessions.get("a").status.phase == "Queued"


def test_a_spec_is_read_anew_with_its_generation_and_not_with_each_change_of_the_status(sessions):
    sessions.put(body(1))
    first = sessions.get("a").spec
    sessions.put(body(2, status={"phase": "Queued"}))
    assert sessions.get("a").spec is first
    edited = body(3, status={"phase": "Queued"})
    edited["metadata"]["generation"] = 2
    edited["spec"]["suspend"] = True
    sessions.put(edited)
    assert sessions.get("a").spec.suspend


def test_the_answer_to_a_late_write_does_not_bring_a_deleted_session_back(sessions):
    sessions.put(body(1))
    sessions.remove("a")
    sessions.refresh(body(2))
    assert sessions.get("a") is None


def test_one_unreadable_session_does_not_stop_the_others(sessions):
    assert not sessions.put(body(1, status={"phase": "Hibernating"}))
    assert sessions.put(body(1, uid="b"))
    assert sessions.unfinished() == ["b"]


def test_finished_sessions_are_not_looked_at_again(sessions):
    sessions.put(body(1, status={"phase": "Failed"}))
    assert (sessions.unfinished(), sessions.uids()) == ([], {"a"})


def test_a_spec_that_makes_no_sense_is_kept_as_a_sentence_with_the_fields_name():
    resource = Resource.parse({**body(), "spec": {"url": "https://shop.example/", "scope": {"maxPages": 0}}})
    assert resource.spec is None
    assert resource.spec_error.startswith("spec.scope.maxPages: ")


def test_what_a_newer_operator_wrote_into_a_status_is_left_out_not_refused():
    status = {"phase": "Running", "colour": "green", "progress": {"pagesCrawled": 3, "mood": "good"}}
    resource = Resource.parse(body(status=status))
    assert resource.status.progress.pages_crawled == 3


def test_a_patch_holds_what_differs_and_nothing_else():
    before = CrawlSessionStatus.model_validate(
        {"phase": "Running", "worker": "a", "progress": {"pages": "1/9", "pagesCrawled": 1, "currentURL": "http://x/"}}
    )
    progress = before.progress.model_copy(update={"pages": "2/9", "pages_crawled": 2, "current_url": None})
    after = before.model_copy(update={"worker": None, "progress": progress})
    assert status_patch(before, after) == {
        "worker": None,
        "progress": {"pages": "2/9", "pagesCrawled": 2, "currentURL": None},
    }


def test_lists_go_whole():
    assert merge_patch({"a": [1, 2], "b": [1]}, {"a": [1, 3], "b": [1]}) == {"a": [1, 3]}


OWNER = {
    "apiVersion": "bughive.dev/v1alpha1",
    "kind": "CrawlSchedule",
    "name": "nightly",
    "uid": "n",
    "controller": True,
}


def started(version=1, uid="a", **parts):
    whole = body(version, uid, **parts)
    return {**whole, "metadata": {**whole["metadata"], "ownerReferences": [OWNER]}}


def test_a_schedule_is_told_when_its_sessions_come_change_their_phase_and_go():
    told = []
    clock = ManualClock(datetime(2026, 6, 1, 13, tzinfo=UTC))
    sessions = Sessions(Lines(Quotas(Quota(2)), timedelta(minutes=10), lambda _: "crawl"), clock, told.append)
    sessions.put(body(1, uid="of nobody"))
    assert (told, sessions.started_by("n")) == ([], ())
    sessions.put(started(1))
    sessions.put(started(2, status={"phase": "Running"}))
    assert told == ["n", "n"]
    sessions.put(started(3, status={"phase": "Running", "message": "Crawling"}))
    assert told == ["n", "n"]
    assert [session.uid for session in sessions.started_by("n")] == ["a"]
    sessions.remove("a")
    sessions.remove("a")
    assert (told, sessions.started_by("n")) == (["n", "n", "n"], ())


@pytest.mark.parametrize("change", [{"kind": "Deployment"}, {"controller": False}])
def test_another_owner_is_no_schedule(change):
    whole = started()
    whole["metadata"]["ownerReferences"] = [{**OWNER, **change}]
    assert Resource.parse(whole).controller == ""

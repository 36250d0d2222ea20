"""Who has a slot, and who is next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bughive_operator.line import Line
from bughive_operator.quota import Hold, Quota, Quotas, Unit

RUNNING = {"phase": "Running", "attempt": 1}


@pytest.fixture
def session(situation):
    def build(uid, spec=None, status=None, age=0.0, namespace="web"):
        resource = situation(spec, status, namespace=namespace).observation.resource
        return replace(resource, uid=uid, created_at=resource.created_at - timedelta(seconds=age))

    return build


@pytest.fixture
def now(situation):
    return situation().now


def line_of(now, *sessions, most=2, **quotas):
    line = Line(Quotas(Quota(most), **quotas), timedelta(minutes=10))
    for each in sessions:
        line.update(each, now)
    return line


def granted(line, now, *uids):
    return [uid for uid in uids if line.standing(uid, now).granted]


def test_those_that_wait_longer_go_first_and_the_urgent_before_all(session, now):
    line = line_of(
        now,
        session("young"),
        session("old", age=60),
        session("low", {"priority": "Low"}, age=300),
        session("urgent", {"priority": "Urgent"}),
        most=0,
    )
    places = {uid: line.standing(uid, now).place for uid in ("urgent", "old", "young", "low")}
    assert places == {"urgent": 1, "old": 2, "young": 3, "low": 4}


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ({"suspend": True}, {}),
        ({"cancel": True}, {}),
        ({"startAt": "2026-06-01T13:00:00Z"}, {}),
        ({}, {"phase": "Pending", "retryAt": "2026-06-01T13:00:00Z"}),
        ({}, {"phase": "Completed"}),
    ],
    ids=["suspended", "cancelled", "later", "backing off", "finished"],
)
def test_those_that_could_not_begin_now_hold_nobody_up(session, now, spec, status):
    line = line_of(now, session("not now", spec, status, age=900), session("next"), most=1)
    assert granted(line, now, "not now", "next") == ["next"]


def test_a_running_session_takes_a_slot_and_may_keep_its_own(session, now):
    line = line_of(now, session("running", status=RUNNING), session("next"), most=1)
    assert line.standing("next", now).hold == Hold(Unit.SESSIONS, None, used=1, limit=1)
    assert granted(line_of(now, session("running", status=RUNNING), most=1), now, "running") == ["running"]


def test_one_that_gives_its_slot_up_stands_behind_its_equals_and_before_lesser_ones(session, now):
    me, low = session("me", status=RUNNING), session("low", {"priority": "Low"}, age=9)
    assert not line_of(now, me, session("equal", age=1), low, most=1).standing("me", now).granted
    assert line_of(now, me, session("equal", age=1), low, most=2).standing("me", now).granted
    assert line_of(now, me, low, most=1).standing("me", now).granted


def test_a_slot_is_taken_before_the_resource_says_so_and_given_back_if_it_never_does(session, now):
    first, second = session("first", age=1), session("second")
    line = line_of(now, first, second, most=1)
    line.occupy(first)
    assert not line.standing("second", now).granted
    line.update(first, now)
    assert line.standing("first", now).granted


def test_a_freed_slot_is_told_once_with_those_that_it_is_for(session, now):
    line = line_of(now, session("running", status=RUNNING), session("a", age=2), session("b", age=1), most=1)
    assert line.freed(now) == []
    line.update(session("running", status={"phase": "Completed"}), now)
    assert line.freed(now) == ["a"]
    assert line.freed(now) == []


def test_a_namespace_at_its_quota_holds_only_its_own_sessions_up(session, now):
    running = session("running", status=RUNNING, namespace="a")
    line = line_of(now, running, session("a2", age=9, namespace="a"), session("b1"), namespace=Quota(1))
    assert granted(line, now, "a2", "b1") == ["b1"]
    assert line.standing("a2", now).hold == Hold(Unit.SESSIONS, "a", used=1, limit=1)


def test_a_session_that_asks_for_more_pages_than_are_left_waits_and_smaller_ones_pass(session, now):
    big, small = {"scope": {"maxPages": 80}}, {"scope": {"maxPages": 20}}
    line = line_of(
        now,
        session("half", big, RUNNING),
        session("big", big, age=9),
        session("small", small),
        namespace=Quota(None, 100),
    )
    assert granted(line, now, "big", "small") == ["small"]
    assert line.standing("big", now).hold == Hold(Unit.PAGES, "web", used=80, limit=100, needed=80)


def test_many_that_come_at_once_are_all_served_in_time(session, now):
    """More than are put in order at each change."""
    line = line_of(now, *(session(f"s{number}") for number in range(300)), most=3)
    line.standing("s0", now)
    line.update(session("late", {"priority": "Urgent"}), now)
    assert line.standing("late", now + timedelta(seconds=1)).granted
    assert len(granted(line, now + timedelta(seconds=1), *(f"s{number}" for number in range(300)))) == 2


def test_those_behind_the_last_place_that_is_told_are_far(session, now):
    names = [f"s{n:03}" for n in range(103)]
    line = line_of(now, *(session(name, age=1000 - n) for n, name in enumerate(names)), most=1)
    assert not any(line.is_far(name) for name in names)  # none was told yet
    for name in names:
        line.standing(name, now)
    assert [name for name in names if line.is_far(name)] == names[100:]
    for name in names[:3]:
        line.forget(name)
    line.freed(now)
    assert not any(line.is_far(name) for name in names)


def test_one_that_leaves_the_line_frees_what_it_was_called_for(session, now):
    line = line_of(now, session("runs", status=RUNNING), session("next", age=9), session("second"), most=1)
    line.forget("runs")
    assert line.freed(now) == ["next"]
    assert line.freed(now) == []
    line.forget("next")
    assert line.freed(now) == ["second"]


def test_one_that_came_just_now_goes_before_a_lesser_one_that_runs(session, now):
    crowd = [session(f"s{n:03}", {"priority": "Low"}) for n in range(300)]
    line = line_of(now, session("runs", {"priority": "Normal"}, RUNNING), *crowd, most=1)
    assert line.standing("runs", now).granted
    line.update(session("urgent", {"priority": "Urgent"}), now)
    assert not line.standing("runs", now).granted

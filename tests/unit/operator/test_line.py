"""Who has a slot, and who is next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bughive_operator.line import Line
from bughive_operator.observation import Slots

RUNNING = {"phase": "Running", "attempt": 1}


@pytest.fixture
def session(situation):
    def build(uid, spec=None, status=None, age=0.0):
        resource = situation(spec, status).observation.resource
        return replace(resource, uid=uid, created_at=resource.created_at - timedelta(seconds=age))

    return build


@pytest.fixture
def now(situation):
    return situation().now


def line_of(now, *sessions, most=2):
    line = Line(most)
    for each in sessions:
        line.update(each, now)
    return line


def test_those_that_wait_longer_go_first_and_the_urgent_before_all(session, now):
    line = line_of(
        now,
        session("young"),
        session("old", age=60),
        session("low", {"priority": "Low"}, age=600),
        session("urgent", {"priority": "Urgent"}),
    )
    places = {uid: line.slots(uid, now).place for uid in ("urgent", "old", "young", "low")}
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
    line = line_of(now, session("not now", spec, status, age=900), session("next"))
    assert line.slots("next", now) == Slots(free=2, place=1)


def test_a_running_session_takes_a_slot_and_is_left_out_of_its_own_count(session, now):
    line = line_of(now, session("running", status=RUNNING), session("next"))
    assert line.slots("next", now).free == 1
    assert line.slots("running", now).free == 2


def test_one_that_gives_its_slot_up_stands_behind_its_equals_and_before_lesser_ones(session, now):
    line = line_of(
        now, session("me", status=RUNNING), session("equal", age=1), session("low", {"priority": "Low"}, age=9)
    )
    assert line.slots("me", now).place == 2


def test_a_slot_is_taken_before_the_resource_says_so_and_given_back_if_it_never_does(session, now):
    first, second = session("first", age=1), session("second")
    line = line_of(now, first, second, most=1)
    line.occupy(first)
    assert not line.slots("second", now).granted
    line.update(first, now)
    assert line.slots("first", now).granted


def test_a_freed_slot_is_told_once_with_those_that_it_is_for(session, now):
    line = line_of(now, session("running", status=RUNNING), session("a", age=2), session("b", age=1), most=1)
    assert line.freed() == []
    line.update(session("running", status={"phase": "Completed"}), now)
    assert line.freed() == ["a"]
    assert line.freed() == []

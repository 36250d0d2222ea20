"""What is started, waited for, given up, replaced and pruned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bughive_crds.crawl_session import Phase
from bughive_operator.schedule.actions import CreateSession, PatchSchedule
from bughive_operator.schedule.observation import Refusal
from bughive_operator.schedule.reasons import ScheduleReason

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def test_a_run_starts_when_it_is_due_and_not_before(world):
    shop = world()
    shop.until(at(12) - SECOND)
    assert (shop.created, shop.reason()) == ([], "NotDue")
    assert shop.schedule.status.next_schedule_time == at(12)
    shop.until(at(12))
    assert shop.created == ["shop-20260601-1200"]
    status = shop.schedule.status
    assert (status.last_schedule_time, status.next_schedule_time) == (at(12), at(13))
    assert (status.active_count, status.active[0].name) == (1, "shop-20260601-1200")
    assert (shop.reason("Accepted"), shop.reason()) == ("Valid", "Started")
    assert shop.condition().message == "shop-20260601-1200 was started for the run of 2026-06-01T12:00:00Z."


def test_a_run_costs_two_writes_and_one_event(world):
    shop = world()
    shop.until(at(12) - SECOND)
    before = shop.patches
    shop.until(at(12))
    assert shop.patches == before + 1
    assert [(event.reason, event.warning) for event in shop.events] == [("Started", False)]


def test_a_schedule_that_is_just_created_starts_nothing_for_the_time_before(world):
    shop = world("0 0 1 1 *")
    shop.settle()
    assert shop.created == []


def test_the_end_of_a_session_is_seen(world):
    shop = world()
    shop.until(at(12, 5))
    shop.end_all()
    shop.settle()
    assert (shop.schedule.status.active_count, shop.schedule.status.last_successful_time) == (0, at(12, 5))
    shop.until(at(13, 5))
    shop.end("shop-20260601-1300", Phase.FAILED)
    shop.settle()
    assert shop.schedule.status.last_successful_time == at(12, 5)


def test_allow_starts_beside_those_that_run(world):
    shop = world()
    shop.until(at(14))
    assert len(shop.active()) == 3


def test_forbid_waits_and_starts_the_last_run_once_the_earlier_is_over(world):
    shop = world(concurrencyPolicy="Forbid")
    shop.until(at(14, 30))
    assert shop.active() == ["shop-20260601-1200"]
    assert shop.condition().message == "The run of 2026-06-01T14:00:00Z waits until shop-20260601-1200 is over."
    shop.end_all()
    shop.settle()
    assert shop.created == ["shop-20260601-1200", "shop-20260601-1400"]
    assert (shop.reason(), shop.missed) == ("RunsMissed", 1)
    assert shop.condition().message.endswith(" 1 run before it was missed.")


def test_forbid_gives_a_run_up_when_its_deadline_passes_meanwhile(world):
    shop = world(concurrencyPolicy="Forbid", startingDeadlineSeconds=600)
    shop.until(at(13, 9))
    assert shop.reason() == "StillRunning"
    shop.until(at(13, 11))
    assert (shop.reason(), shop.missed, shop.schedule.status.last_missed_time) == ("DeadlineMissed", 1, at(13))
    shop.end_all()
    shop.until(at(13, 59))
    assert shop.created == ["shop-20260601-1200"]
    shop.until(at(14))
    assert (shop.created[1:], shop.reason()) == (["shop-20260601-1400"], "Started")


def test_a_session_that_is_being_deleted_is_in_the_way_until_it_is_gone(world):
    shop = world(concurrencyPolicy="Forbid")
    shop.until(at(12))
    name = shop.created[0]
    shop.sessions[name] = replace(shop.sessions[name], deleting=True)
    shop.until(at(13))
    assert shop.created == [name]


def test_replace_deletes_what_runs_and_says_so(world):
    shop = world(concurrencyPolicy="Replace")
    shop.until(at(13))
    assert list(shop.sessions) == ["shop-20260601-1300"]
    replaced = [event.message for event in shop.events if event.reason == "Replaced"]
    assert replaced == ["shop-20260601-1200 is deleted, for the next run is due."]
    shop.until(at(13, 30))
    assert list(shop.sessions) == ["shop-20260601-1300"]


@pytest.mark.parametrize(
    ("away", "started", "missed", "reason"),
    [
        (timedelta(minutes=40), "shop-20260601-1200", 0, "Started"),
        (HOUR, "shop-20260601-1200", 0, "Started"),
        (5 * HOUR, "shop-20260601-1600", 4, "RunsMissed"),
        (7 * 24 * HOUR, "shop-20260608-1100", 101, "TooManyMissed"),
    ],
)
def test_after_a_downtime_the_last_run_alone_is_started(world, away, started, missed, reason):
    shop = world()
    shop.settle()
    shop.away_until(at(11, 30) + away)
    assert (shop.created, shop.missed, shop.reason()) == ([started], missed, reason)
    (event,) = shop.events
    assert event.warning == (reason != "Started")


@pytest.mark.parametrize("away", [5 * HOUR, 7 * 24 * HOUR])
def test_a_deadline_keeps_late_runs_from_starting(world, away):
    shop = world(startingDeadlineSeconds=600)
    shop.settle()
    shop.away_until(at(11, 30) + away)
    assert (shop.created, shop.reason()) == ([], "DeadlineMissed")
    assert shop.missed == min(5, 101) if away == 5 * HOUR else 101
    shop.until(at(11, 30) + away + HOUR)
    assert (len(shop.created), shop.reason()) == (1, "Started")


def test_a_clock_that_steps_back_starts_nothing_twice(world):
    shop = world()
    shop.until(at(14))
    shop.now = at(12, 30)
    shop.settle()
    shop.until(at(14, 30))
    assert shop.created == ["shop-20260601-1200", "shop-20260601-1300", "shop-20260601-1400"]
    shop.until(at(15))
    assert len(shop.created) == 4


def test_a_clock_that_steps_ahead_misses_what_it_jumps_over(world):
    shop = world()
    shop.settle()
    shop.now = at(15, 10)
    shop.until(at(15, 10))
    assert (shop.created, shop.missed) == (["shop-20260601-1500"], 3)


def test_suspend_starts_nothing_and_resume_starts_the_last_run(world):
    shop = world()
    shop.until(at(11, 59))
    shop.change(suspend=True)
    shop.until(at(14, 30))
    assert (shop.created, shop.reason(), shop.schedule.status.next_schedule_time) == ([], "Suspended", None)
    shop.change(suspend=False)
    shop.settle()
    assert (shop.created, shop.reason()) == (["shop-20260601-1400"], "RunsMissed")


def test_resume_within_a_deadline_starts_nothing_late(world):
    shop = world(startingDeadlineSeconds=600, suspend=True)
    shop.until(at(14, 30))
    shop.change(suspend=False)
    shop.settle()
    assert (shop.created, shop.reason()) == ([], "DeadlineMissed")


def test_jitter_puts_every_run_off_by_the_same_time(world):
    shop = world(jitterSeconds=1800)
    shop.settle()
    first = shop.schedule.status.next_schedule_time
    assert at(12) <= first <= at(12, 30)
    shop.until(first - SECOND)
    assert shop.created == []
    shop.until(first)
    assert shop.created == ["shop-20260601-1200"]
    assert shop.schedule.status.next_schedule_time - first == HOUR


def test_jitter_differs_between_schedules_and_stays_within_its_bound(world):
    delays = set()
    for number in range(50):
        shop = world(jitterSeconds=600)
        shop.schedule = replace(shop.schedule, uid=f"uid-{number}")
        shop.settle()
        delays.add((shop.schedule.status.next_schedule_time - at(12)).total_seconds())
    assert len(delays) > 40
    assert max(delays) <= 600


def test_run_at_starts_one_session_now_and_once(world):
    shop = world("0 0 1 1 *")
    shop.settle()
    shop.change(runAt=at(11, 45))
    shop.settle()
    assert shop.created == []
    shop.until(at(12))
    assert shop.created == ["shop-run-20260601-114500"]
    assert shop.schedule.status.last_run_at == at(11, 45)
    assert [event.reason for event in shop.events] == ["StartedOnDemand"]
    shop.end_all()
    shop.change(failedSessionsHistoryLimit=0, successfulSessionsHistoryLimit=0)
    shop.until(at(13))
    assert len(shop.created) == 1
    for again in (at(11, 45), at(11, 40)):
        shop.change(runAt=again)
        shop.until(shop.now + HOUR)
    assert len(shop.created) == 1
    shop.change(runAt=at(11, 45) + SECOND)
    shop.settle()
    assert len(shop.created) == 2


def test_run_at_works_while_the_schedule_is_suspended(world):
    shop = world(suspend=True)
    shop.change(runAt=at(11, 30))
    shop.settle()
    assert (shop.created, shop.reason()) == (["shop-run-20260601-113000"], "Suspended")


def test_run_at_under_forbid_waits_for_its_turn_however_long(world):
    shop = world("0 12 * * *", concurrencyPolicy="Forbid", startingDeadlineSeconds=60)
    shop.until(at(12))
    shop.change(runAt=at(12, 10))
    shop.until(at(15))
    assert shop.condition().message == "The run of runAt waits until shop-20260601-1200 is over."
    shop.end_all()
    shop.settle()
    assert (shop.created[1:], shop.reason()) == (["shop-run-20260601-121000"], "Started")
    assert shop.missed == 0


def test_run_at_is_not_a_run_of_the_schedule(world):
    shop = world("30 * * * *", runAt=at(12, 30))
    shop.until(at(12, 30))
    assert shop.created == ["shop-20260601-1230", "shop-run-20260601-123000"]


def test_the_history_keeps_the_newest_of_each_sort(world):
    shop = world(successfulSessionsHistoryLimit=2, failedSessionsHistoryLimit=1)
    for hour in range(12, 20):
        shop.until(at(hour))
        shop.end(shop.created[-1], Phase.COMPLETED if hour % 2 else Phase.CANCELLED if hour % 4 else Phase.FAILED)
    shop.until(at(20))
    assert sorted(shop.sessions) == [f"shop-20260601-{hour}00" for hour in (17, 18, 19, 20)]


def test_a_history_of_none_deletes_at_once_and_starts_nothing_anew(world):
    shop = world(successfulSessionsHistoryLimit=0, failedSessionsHistoryLimit=0)
    shop.until(at(12))
    shop.end_all()
    shop.until(at(12, 59))
    assert (shop.sessions, len(shop.created)) == ({}, 1)


@pytest.mark.parametrize(
    ("change", "reason", "told"),
    [
        ({"schedule": "0 0 30 2 *"}, "InvalidSchedule", "The schedule 0 0 30 2 * is never due: Bad day-of-month."),
        ({"schedule": "0 9-8 * * *"}, "InvalidSchedule", "is never due: 9-8 is no hour"),
        ({"timeZone": "Europe/Bremerhaven"}, "UnknownTimeZone", "There is no time zone Europe/Bremerhaven"),
    ],
)
def test_what_the_api_server_cannot_refuse_is_told_by_a_condition_and_an_event(world, change, reason, told):
    shop = world()
    shop.until(at(12))
    shop.change(**change)
    shop.until(at(14))
    assert len(shop.created) == 1
    assert (shop.condition("Accepted").status, shop.reason("Accepted")) == ("False", reason)
    assert told in shop.condition("Accepted").message
    assert (shop.events[-1].reason, shop.events[-1].warning) == (reason, True)
    assert shop.schedule.status.next_schedule_time is None
    shop.change(schedule="0 * * * *", timeZone="Etc/UTC", startingDeadlineSeconds=60)
    shop.settle()
    assert shop.reason("Accepted") == "Valid"


def test_a_spec_that_this_operator_cannot_read_is_told(world):
    shop = world()
    shop.schedule = replace(shop.schedule, spec=None, spec_error="spec.colour: Extra inputs are not permitted")
    shop.settle()
    assert shop.reason("Accepted") == "InvalidSpec"


def test_a_schedule_that_is_being_deleted_starts_nothing_more(world):
    shop = world()
    shop.schedule = replace(shop.schedule, deleting=True)
    shop.until(at(14))
    assert shop.created == []


def refused(shop, reason):
    return Refusal(reason, "It is refused.", f"shop-{shop.now:%Y%m%d-%H%M}", shop.now, shop.schedule.generation)


def test_a_refusal_does_not_stand_in_the_way_of_the_next_run(world):
    shop = world(startingDeadlineSeconds=600)
    shop.settle()
    shop.now = at(12)
    shop.refusal = refused(shop, ScheduleReason.CREATE_REFUSED)
    shop.settle()
    shop.now = at(12, 11)
    shop.settle()
    assert shop.reason() == "DeadlineMissed"
    shop.until(at(13))
    assert (shop.created, shop.reason()) == (["shop-20260601-1300"], "Started")
    assert [event.reason for event in shop.events] == ["CreateRefused", "DeadlineMissed", "Started"]


def test_a_session_that_is_refused_is_told_and_tried_again_in_a_minute(world):
    shop = world()
    shop.settle()
    shop.now = at(12)
    shop.refusal = refused(shop, ScheduleReason.CREATE_REFUSED)
    shop.settle()
    assert (shop.created, shop.reason(), shop.wake) == ([], "CreateRefused", at(12, 1))
    assert shop.events[-1].warning
    shop.now = at(12, 1)
    assert [type(action) for action in shop.actions()] == [CreateSession]
    shop.refusal = None
    shop.settle()
    assert shop.reason() == "Started"


def test_a_schedule_that_was_changed_after_a_refusal_is_tried_again_at_once(world):
    shop = world()
    shop.settle()
    shop.now = at(12)
    shop.refusal = refused(shop, ScheduleReason.NAME_TAKEN)
    shop.settle()
    shop.change(jitterSeconds=0)
    assert any(isinstance(action, CreateSession) for action in shop.actions())


def test_an_operator_that_dies_after_the_creation_finds_the_session_and_makes_the_status_good(world):
    shop = world()
    shop.settle()
    shop.now = at(12)
    (create,) = shop.actions()
    shop.do(create)
    shop.away_until(at(12, 10))
    assert shop.created == ["shop-20260601-1200"]
    assert shop.schedule.status.last_schedule_time == at(12)


def test_a_run_that_was_started_before_a_downtime_is_not_called_missed(world):
    shop = world()
    shop.settle()
    shop.now = at(12)
    (create,) = shop.actions()
    shop.do(create)
    shop.away_until(at(14, 10))
    assert shop.created == ["shop-20260601-1200", "shop-20260601-1400"]
    assert shop.missed == 1


def test_the_status_is_told_before_another_session_is_started(world):
    shop = world()
    shop.settle()
    shop.now = at(12)
    shop.do(*shop.actions())
    shop.now = at(13)
    assert [type(action) for action in shop.actions() if not hasattr(action, "warning")] == [
        PatchSchedule,
        CreateSession,
    ]

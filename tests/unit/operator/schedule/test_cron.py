"""When cron expressions are due, DST changes included."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_operator.schedule.cron import BadSchedule, Cron, UnknownTimeZone
from bughive_operator.schedule.cron_fields import expanded

DAY = timedelta(days=1)
YEAR = 365 * DAY
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def moments(expression: str, zone: str, begin: datetime, end: datetime) -> list[str]:
    return [f"{at:%m-%dT%H:%M}" for at in Cron(expression, zone).between(begin, end)]


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("@hourly", "0 * * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@annually", "0 0 1 1 *"),
        ("*/20 ? * * *", "0,20,40 * * * *"),
        ("50/5 5-5/2 * * *", "50,55 5 * * *"),
        ("0 0 1,*/10 * *", "0 0 1,11,21,31 * *"),
        ("0 0 5,* */1 *", "0 0 * * *"),
        ("0 22-2/2 * * *", None),
        ("0 0 * JAN-mar,Dec Mon-FRI", "0 0 * 1,2,3,12 1,2,3,4,5"),
        ("0 0 * * 5/1", "0 0 * * 5,6"),
        ("0 0 * * 7", None),
        ("60 * * * *", None),
        ("* * * *", None),
        ("@every 5m", None),
        ("x * * * *", None),
    ],
)
def test_an_expression_is_read_as_a_cronjob_reads_it(expression, plain):
    if plain is None:
        with pytest.raises(ValueError, match=r"is no|fields"):
            expanded(expression)
    else:
        assert expanded(expression) == plain


def test_days_of_month_and_week_are_both_asked_for_only_if_one_is_a_star():
    both = moments("0 0 13 * FRI", "UTC", day(2, 1), day(2, 28))
    assert both == ["02-06T00:00", "02-13T00:00", "02-20T00:00", "02-27T00:00"]
    # A step is no star to a CronJob, other than to Debian's cron.
    assert moments("0 0 */30 * MON", "UTC", day(2, 28), day(3, 10)) == ["03-01T00:00", "03-02T00:00", "03-09T00:00"]
    assert moments("0 0 * * MON", "UTC", day(2, 28), day(3, 10)) == ["03-02T00:00", "03-09T00:00"]


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 4,6,9,11 *"])
def test_a_day_that_never_comes_is_told(expression):
    with pytest.raises(BadSchedule, match="is never due"):
        Cron(expression, "UTC")


@pytest.mark.parametrize("zone", ["Europe/Bremerhaven", "Local", "..", "Europe"])
def test_an_unknown_time_zone_is_told(zone):
    with pytest.raises(UnknownTimeZone, match="There is no time zone"):
        Cron("@daily", zone)


@pytest.mark.parametrize(
    ("zone", "change", "hour"),
    [("Europe/Berlin", day(3, 29), 2), ("America/New_York", day(3, 8), 2)],
)
def test_an_hour_that_the_change_to_summer_time_skips_starts_nothing(zone, change, hour):
    due = Cron(f"30 {hour} * * *", zone).between(change - DAY, change + 2 * DAY)
    local = [at.astimezone(ZoneInfo(zone)) for at in due]
    assert [at.day for at in local] == [change.day - 1, change.day + 1]
    assert {(at.hour, at.minute) for at in local} == {(hour, 30)}


@pytest.mark.parametrize(
    ("zone", "change", "due"),
    [("Europe/Berlin", day(3, 29), "03-29T01:00"), ("America/New_York", day(3, 8), "03-08T07:00")],
)
def test_the_first_minute_after_the_skipped_hour_is_due(zone, change, due):
    assert moments("0 3 * * *", zone, change, change + DAY) == [due]


@pytest.mark.parametrize(
    ("zone", "expression", "change", "due"),
    [
        ("Europe/Berlin", "30 2 * * *", day(10, 25), ["10-25T00:30", "10-25T01:30"]),
        ("Europe/Berlin", "0 2 * * *", day(10, 25), ["10-25T00:00", "10-25T01:00"]),
        ("America/New_York", "30 1 * * *", day(11, 1), ["11-01T05:30", "11-01T06:30"]),
    ],
)
def test_an_hour_that_comes_twice_starts_twice(zone, expression, change, due):
    assert moments(expression, zone, change - timedelta(minutes=1), change + DAY) == due


@pytest.mark.parametrize(
    ("zone", "step"),
    [("Europe/Berlin", 1), ("America/New_York", 1), ("Australia/Lord_Howe", 15), ("Asia/Kolkata", 15), ("UTC", 15)],
)
def test_a_year_of_minutes_has_each_of_them_once(zone, step):
    """Whatever the clocks do: what is due by the minute is due in every minute that passes."""
    due = list(Cron(f"*/{step} * * * *", zone).between(NEW_YEAR - timedelta(minutes=1), NEW_YEAR + YEAR))
    assert len(due) == 365 * 24 * 60 // step + 1
    assert {after - before for before, after in pairwise(due)} == {timedelta(minutes=step)}


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"])
MINUTES = st.integers(0, 365 * 24 * 60)


@given(
    minute=st.integers(0, 59), hour=st.integers(0, 23), zone=ZONES, begin=MINUTES, length=st.integers(0, 4 * 24 * 60)
)
def test_a_moment_is_due_exactly_when_the_clock_on_the_wall_says_so(minute, hour, zone, begin, length):
    after = NEW_YEAR + timedelta(minutes=begin)
    passed = [after + timedelta(minutes=n) for n in range(1, length + 1)]
    shown = [
        at
        for at in passed
        if (at.astimezone(ZoneInfo(zone)).hour, at.astimezone(ZoneInfo(zone)).minute) == (hour, minute)
    ]
    assert list(Cron(f"{minute} {hour} * * *", zone).between(after, after + timedelta(minutes=length))) == shown


@given(hours=st.sets(st.integers(0, 23), min_size=1), zone=ZONES, begin=MINUTES, length=st.integers(0, 60 * 24 * 60))
def test_the_last_due_moment_is_the_last_of_all(hours, zone, begin, length):
    cron = Cron(f"7 {','.join(map(str, hours))} * * *", zone)
    after = NEW_YEAR + timedelta(minutes=begin)
    until = after + timedelta(minutes=length)
    assert cron.last(after, until) == max(cron.between(after, until), default=None)

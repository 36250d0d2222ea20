"""A run's session has a name that no other run has."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bughive_operator.schedule.session_names import (
    on_demand_moment,
    on_demand_name,
    scheduled_moment,
    scheduled_name,
)

AT = datetime(2026, 11, 24, 3, 15, 27, tzinfo=UTC)


def test_names_say_the_moment_in_utc():
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert scheduled_name("shop", there) == "shop-20261124-0315"
    assert on_demand_name("shop", there) == "shop-run-20261124-031527"


def test_a_name_is_read_by_its_own_form_alone():
    assert scheduled_moment("shop", "shop-20261124-0315") == AT.replace(second=0)
    assert on_demand_moment("shop", "shop-run-20261124-031527") == AT
    for name in (
        "shop-run-20261124-031527",
        "shop-2026",
        "shop",
        "shop-20261124-03 5",
        "shop-20261341-0315",
        "nightly",
    ):
        assert scheduled_moment("shop", name) is None
    assert on_demand_moment("shop", "shop-20261124-0315") is None


@given(
    st.integers(0, 2**31),
    st.from_regex(r"[a-z]([a-z0-9.-]{0,50}[a-z0-9])?", fullmatch=True),
)
def test_what_was_written_is_read(seconds, schedule):
    at = datetime.fromtimestamp(seconds, UTC)
    assert scheduled_moment(schedule, scheduled_name(schedule, at)) == at.replace(second=0)
    assert on_demand_moment(schedule, on_demand_name(schedule, at)) == at

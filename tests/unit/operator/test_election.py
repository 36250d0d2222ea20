"""Who may take the Lease, and when."""

import pytest

from bughive_operator.election import DURATION_SECONDS, RENEW_SECONDS, RETRY_SECONDS, Election, LeaseState


def lease(holder: str = "other", renewed: str = "10:00", duration: float = 10) -> LeaseState:
    return LeaseState(holder, renewed, duration, transitions=0, resource_version="1")


@pytest.mark.parametrize("free", [None, lease(holder="")], ids=["no lease", "handed back"])
def test_what_nobody_holds_may_be_taken_at_once(free):
    assert Election("me").may_take(free, 0)


def test_the_own_lease_may_be_renewed_at_any_time():
    assert Election("me").may_take(lease(holder="me"), 1000)


def test_a_holder_that_renews_keeps_it():
    election = Election("me")
    assert not any(election.may_take(lease(renewed=str(second)), second) for second in range(0, 100, 9))


def test_a_holder_that_is_silent_for_its_duration_loses_it_and_its_clock_does_not_matter():
    election = Election("me")
    silent = lease(renewed="1999-01-01T00:00:00Z", duration=30)
    assert not election.may_take(silent, 5)
    assert not election.may_take(silent, 35)
    assert election.may_take(silent, 35.1)


def test_the_time_begins_anew_with_each_holder():
    election = Election("me")
    election.may_take(lease(holder="a"), 0)
    assert not election.may_take(lease(holder="b"), 11)
    assert not election.may_take(lease(holder="b"), 20)
    assert election.may_take(lease(holder="b"), 22)


def test_a_leader_stops_before_another_may_begin_and_a_takeover_is_quick():
    assert RENEW_SECONDS + RETRY_SECONDS < DURATION_SECONDS
    assert DURATION_SECONDS + RETRY_SECONDS < 15

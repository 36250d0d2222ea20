"""Admission as a whole: never over quota, no room left unused, nobody forgotten."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bughive_operator.fair_share import admitted, in_order, is_overdue
from bughive_operator.quota import Claim, Quota, Quotas, Unit, Usage

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
AGING = timedelta(minutes=10)
LOW = 3

limits = st.none() | st.integers(0, 6)
quota = st.builds(Quota, sessions=limits, pages=st.none() | st.integers(0, 60))
quotas = st.builds(Quotas, total=quota, namespace=quota, namespaces=st.dictionaries(st.sampled_from("abc"), quota))


@st.composite
def claims(draw, most=12):
    drawn = st.tuples(st.sampled_from("abcd"), st.integers(0, LOW), st.integers(0, 3600), st.integers(1, 30))
    return [
        Claim(str(number), namespace, rank, NOON - timedelta(seconds=waited), pages)
        for number, (namespace, rank, waited, pages) in enumerate(draw(st.lists(drawn, max_size=most)))
    ]


def use(running):
    usage = Usage()
    for claim in running:
        usage.take(claim)
    return usage


def begin(waiting, running, given_quotas, now=NOON):
    usage = use(running)
    return list(admitted(in_order(waiting, usage.shares(), now, AGING), usage, given_quotas, now, AGING))


def fits(running, claim, given_quotas):
    return use(running).hold(claim, given_quotas) is None


@given(claims(), claims(), quotas)
def test_no_quota_is_ever_exceeded(waiting, running, given_quotas):
    begun = begin(waiting, running, given_quotas)
    for number, claim in enumerate(begun):
        assert fits([*running, *begun[:number]], claim, given_quotas)


@given(claims(), claims(), quotas)
def test_no_room_is_left_to_a_session_that_fits_unless_it_is_kept_for_one_that_is_overdue(
    waiting, running, given_quotas
):
    begun = begin(waiting, running, given_quotas)
    left = [claim for claim in waiting if claim not in begun]
    for claim in (one for one in left if fits([*running, *begun], one, given_quotas)):
        waits = [other for other in left if is_overdue(other, NOON, AGING)]
        assert any(not fits([*running, *begun], other, given_quotas) for other in waits), claim


@given(claims())
def test_the_order_names_each_session_once(waiting):
    assert Counter(in_order(waiting, {}, NOON, AGING)) == Counter(waiting)


def test_namespaces_take_turns_however_many_sessions_one_of_them_has():
    crowd = [Claim(f"a{number}", "a", 1, NOON - timedelta(minutes=5), 10) for number in range(20)]
    others = [Claim("b", "b", 1, NOON, 10), Claim("c", "c", 1, NOON, 10)]
    begun = begin([*crowd, *others], crowd[:0], Quotas(Quota(sessions=4)))
    assert sorted(claim.namespace for claim in begun) == ["a", "a", "b", "c"]


def test_the_namespace_with_less_running_goes_first():
    running = [Claim(f"a{number}", "a", 1, NOON, 10) for number in range(2)]
    waiting = [Claim("a9", "a", 1, NOON - timedelta(minutes=5), 10), Claim("b", "b", 1, NOON, 10)]
    assert [claim.uid for claim in begin(waiting, running, Quotas(Quota(sessions=3)))] == ["b"]


@given(claims(most=6), st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, LOW)), min_size=120, max_size=120))
def test_a_low_session_is_served_in_bounded_time_whatever_comes_after_it(older, stream):
    """One slot that is free again each minute, and each minute another session comes that goes before it at first."""
    low = Claim("low", "a", LOW, NOON, 10)
    waiting, now = [low, *(replace(claim, uid=f"older-{claim.uid}") for claim in older)], NOON
    for number, (namespace, rank) in enumerate(stream):
        waiting.append(Claim(f"new-{number}", namespace, rank, now, 10))
        (begun,) = begin(waiting, [], Quotas(Quota(sessions=1)), now)
        waiting.remove(begun)
        if begun == low:
            break
        now += timedelta(minutes=1)
    # Overdue after 40 minutes; then only those that are overdue as well and came before it are served first: the
    # older ones, and of the stream those that came earlier and were not served at once.
    assert now - NOON <= 4 * AGING + timedelta(minutes=len(older) + 1)


def test_room_is_kept_for_a_big_session_once_it_is_overdue():
    running = [Claim("half", "a", 1, NOON, 60)]
    big = Claim("big", "b", 1, NOON - timedelta(minutes=19), 80)
    small = Claim("small", "c", 1, NOON, 20)
    everybody = Quotas(Quota(pages=100))
    assert begin([big, small], running, everybody) == [small]
    assert begin([big, small], running, everybody, NOON + timedelta(minutes=1)) == []
    assert begin([big, small], [], everybody, NOON + timedelta(minutes=1)) == [big, small]


def test_no_room_is_kept_for_one_that_could_never_begin():
    huge = Claim("huge", "b", 1, NOON - timedelta(days=1), 500)
    small = Claim("small", "c", 1, NOON, 20)
    hold = use([]).hold(huge, Quotas(Quota(pages=100)))
    assert hold is not None
    assert (hold.hopeless, hold.unit) == (True, Unit.PAGES)
    assert begin([huge, small], [], Quotas(Quota(pages=100))) == [small]

"""Who may work on a session: every answer of acquire, beat and release, on a real Redis."""

import pytest

from bughive_protocol.control import SessionControl
from bughive_protocol.errors import FenceLost
from bughive_protocol.lease import AcquireResult, BeatResult, Fence, ReleaseReason, Signal
from bughive_protocol.lease_store import LeaseStore


@pytest.fixture
def dispatch(control: SessionControl, session_id: str, order):
    async def dispatch(attempt: int = 1) -> None:
        assert await control.dispatch(order(session_id, attempt))

    return dispatch


def test_a_session_that_is_not_known_is_stale(leases: LeaseStore, session_id: str) -> None:
    assert leases.acquire(session_id, 1, 0, "a").result is AcquireResult.STALE


async def test_an_older_or_newer_attempt_than_the_fence_is_stale(leases, dispatch, session_id) -> None:
    await dispatch(2)
    assert leases.acquire(session_id, 1, 0, "a").result is AcquireResult.STALE
    assert leases.acquire(session_id, 3, 0, "a").result is AcquireResult.STALE


async def test_acquire_hands_over_the_spec_and_raises_the_epoch(
    leases, short_leases, dispatch, session_id, eventually
) -> None:
    await dispatch()
    first = short_leases.acquire(session_id, 1, 0, "a")
    assert (first.result, first.spec_json, first.namespace, first.name) == (
        "OK",
        '{"url":"http://shop.test/"}',
        "default",
        "shop",
    )
    second = eventually(lambda: (got := leases.acquire(session_id, 1, 0, "b")).fence and got)
    assert second.fence.epoch == first.fence.epoch + 1
    assert second.fence.owner != first.fence.owner


async def test_a_held_lease_is_not_given_twice_but_each_shard_has_its_own(leases, dispatch, session_id) -> None:
    await dispatch()
    assert leases.acquire(session_id, 1, 0, "a").result is AcquireResult.OK
    assert leases.acquire(session_id, 1, 0, "b").result is AcquireResult.HELD
    assert leases.acquire(session_id, 1, 1, "b").result is AcquireResult.OK


async def test_copies_of_a_message_after_a_release_are_done(leases, dispatch, session_id) -> None:
    await dispatch()
    leases.release(leases.acquire(session_id, 1, 0, "a").fence, ReleaseReason.SLICE)
    assert leases.acquire(session_id, 1, 0, "b").result is AcquireResult.DONE


@pytest.mark.parametrize(
    ("signal", "acquired", "beaten"),
    [
        (Signal.CANCEL, AcquireResult.CANCELLED, BeatResult.CANCEL),
        (Signal.SUSPEND, AcquireResult.SUSPENDED, BeatResult.SUSPEND),
        (Signal.RUN, AcquireResult.HELD, BeatResult.OK),
    ],
)
async def test_a_signal_reaches_the_holder_and_who_comes_later(
    leases, control, fence: Fence, signal, acquired, beaten
) -> None:
    assert await control.signal(fence.session_id, 1, 2, signal)
    assert leases.beat(fence) is beaten
    assert leases.acquire(fence.session_id, 1, 0, "b").result is acquired


async def test_a_session_with_a_verdict_is_done_and_its_holder_is_told_to_stop(
    leases, control, fence: Fence, session_id
) -> None:
    await control.cancel(session_id, 1, 1, "Cancelled")
    assert leases.beat(fence) is BeatResult.CANCEL
    assert leases.acquire(session_id, 1, 0, "b").result is AcquireResult.DONE


async def test_beats_keep_a_lease_and_say_where_the_crawl_is(short_leases, control, dispatch, session_id) -> None:
    await dispatch()
    fence = short_leases.acquire(session_id, 1, 0, "a").fence
    (before,) = await control.observe([session_id])
    assert short_leases.beat(fence, "http://shop.test/cart") is BeatResult.OK
    (after,) = await control.observe([session_id])
    assert after.current_url == "http://shop.test/cart"
    assert (before.leases[0].worker, before.leases[0].epoch) == ("a", fence.epoch)
    assert 0 < after.leases[0].expires_in <= 0.15


async def test_a_lease_that_ran_out_is_lost_until_it_is_taken_again(
    short_leases, control, dispatch, session_id, eventually
) -> None:
    await dispatch()
    fence = short_leases.acquire(session_id, 1, 0, "a").fence
    eventually(lambda: _ran_out(short_leases, fence))
    assert short_leases.beat(fence) is BeatResult.LOST
    assert await control.expired_leases() == [session_id]
    assert short_leases.reacquire(fence) is BeatResult.OK
    assert short_leases.beat(fence) is BeatResult.OK
    assert await control.expired_leases() == []


def _ran_out(store: LeaseStore, fence: Fence) -> bool:
    member = f"{fence.session_id}/{fence.shard}"
    seconds, microseconds = store._client.time()
    return store._client.zscore(store._keys.leases, member) < seconds * 1000 + microseconds / 1000


async def test_a_lease_that_another_took_cannot_be_taken_again(
    leases, short_leases, dispatch, session_id, eventually
) -> None:
    await dispatch()
    old = short_leases.acquire(session_id, 1, 0, "a").fence
    eventually(lambda: leases.acquire(session_id, 1, 0, "b").fence)
    assert short_leases.beat(old) is BeatResult.LOST
    assert short_leases.reacquire(old) is BeatResult.LOST
    with pytest.raises(FenceLost):
        leases.release(old, ReleaseReason.DRAIN)


async def test_a_new_attempt_takes_the_lease_from_its_holder(leases, dispatch, fence: Fence, session_id) -> None:
    await dispatch(2)
    assert leases.beat(fence) is BeatResult.LOST
    assert leases.reacquire(fence) is BeatResult.LOST
    newer = leases.acquire(session_id, 2, 0, "b")
    assert newer.fence.epoch > fence.epoch


async def test_a_release_is_seen_at_once_with_its_reason(leases, control, fence: Fence, session_id) -> None:
    before = await control.changes(None, 0)
    leases.release(fence, ReleaseReason.ERROR, "no such host", permanent=True, error="SiteUnreachable")
    changed = await control.changes(before.incarnation, before.cursor)
    assert changed.session_ids == (session_id,)
    (snapshot,) = await control.observe([session_id])
    assert snapshot.leases == ()
    release = snapshot.release
    assert (release.reason, release.message, release.permanent, release.error) == (
        ReleaseReason.ERROR,
        "no such host",
        True,
        "SiteUnreachable",
    )
    assert (release.attempt, release.epoch) == (1, fence.epoch)
    assert abs((await control.redis_time() - release.at).total_seconds()) < 5


def test_a_release_whose_answer_was_lost_may_be_repeated(leases, fence: Fence) -> None:
    first = leases.release(fence, ReleaseReason.DRAIN)
    assert leases.release(fence, ReleaseReason.DRAIN) == first


def test_a_lease_survives_an_acquire_whose_answer_was_lost(leases, fence: Fence, monkeypatch) -> None:
    monkeypatch.setattr("bughive_protocol.lease_store.secrets.token_hex", lambda _: fence.owner)
    assert leases.acquire(fence.session_id, 1, 0, "worker-a").fence == fence


async def test_a_holder_of_a_deleted_session_is_lost(leases, control, fence: Fence, session_id) -> None:
    await control.delete(session_id)
    assert leases.beat(fence) is BeatResult.LOST
    assert leases.acquire(session_id, 1, 0, "b").result is AcquireResult.STALE
    with pytest.raises(FenceLost):
        leases.release(fence, ReleaseReason.DRAIN)


def test_scripts_come_back_after_redis_forgot_them(leases, fence: Fence) -> None:
    leases._client.script_flush()
    assert leases.beat(fence) is BeatResult.OK

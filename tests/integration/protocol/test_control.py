"""What the operator writes to Redis and reads of it, on a real Redis."""

import pytest

from bughive_protocol.control import SessionControl
from bughive_protocol.errors import FenceLost
from bughive_protocol.keys import Keys
from bughive_protocol.lease import AcquireResult, BeatResult, Fence, ReleaseReason, Signal


async def test_a_session_that_was_never_dispatched_reads_as_empty(control: SessionControl, session_id: str) -> None:
    (snapshot,) = await control.observe([session_id])
    assert snapshot.attempt == 0
    assert (snapshot.leases, snapshot.release, snapshot.verdict, snapshot.sent_ago) == ((), None, None, None)


async def test_many_sessions_are_observed_in_their_order(control: SessionControl, order) -> None:
    for attempt, name in enumerate(("c", "a", "b"), start=1):
        await control.dispatch(order(name, attempt))
    snapshots = await control.observe(["a", "b", "missing", "c"])
    assert [(s.session_id, s.attempt) for s in snapshots] == [("a", 2), ("b", 3), ("missing", 0), ("c", 1)]


async def test_observing_works_after_redis_forgot_its_scripts(control: SessionControl, fence: Fence, client) -> None:
    client.script_flush()
    (snapshot,) = await control.observe([fence.session_id])
    assert snapshot.attempt == 1


async def test_a_dispatch_can_be_repeated_and_an_older_one_changes_nothing(control, session_id, order) -> None:
    assert await control.dispatch(order(session_id, 2))
    await control.mark_sent(session_id, 2)
    assert await control.dispatch(order(session_id, 2))
    assert not await control.dispatch(order(session_id, 1))
    (snapshot,) = await control.observe([session_id])
    assert (snapshot.attempt, snapshot.sends) == (2, 1)


async def test_a_new_attempt_starts_without_release_signal_and_sends(control, leases, fence, session_id, order) -> None:
    await control.mark_sent(session_id, 1)
    await control.signal(session_id, 1, 2, Signal.SUSPEND)
    leases.release(fence, ReleaseReason.SUSPEND)
    assert await control.dispatch(order(session_id, 2, 3))
    (snapshot,) = await control.observe([session_id])
    assert (snapshot.release, snapshot.signal, snapshot.sends, snapshot.sent_ago) == (None, Signal.RUN, 0, None)
    assert (snapshot.started_at, snapshot.generation) == (None, 3)


async def test_sending_is_counted_for_the_current_attempt_only(control, session_id, order) -> None:
    await control.dispatch(order(session_id, 2))
    await control.mark_sent(session_id, 1)
    await control.mark_sent(session_id, 2)
    await control.mark_sent(session_id, 2)
    (snapshot,) = await control.observe([session_id])
    assert snapshot.sends == 2
    assert 0 <= snapshot.sent_ago < 5


async def test_a_signal_of_an_older_attempt_or_generation_is_refused(control, session_id, order) -> None:
    await control.dispatch(order(session_id, 2, 5))
    assert not await control.signal(session_id, 1, 9, Signal.CANCEL)
    assert not await control.signal(session_id, 2, 4, Signal.CANCEL)
    assert await control.signal(session_id, 2, 6, Signal.SUSPEND)
    (snapshot,) = await control.observe([session_id])
    assert (snapshot.signal, snapshot.generation) == (Signal.SUSPEND, 6)


@pytest.mark.usefixtures("fence")
async def test_the_first_verdict_stays(control, session_id, order) -> None:
    first = await control.cancel(session_id, 1, 1, "Cancelled")
    assert (first.cancelled, first.outcome, first.reason) == (True, None, "Cancelled")
    assert await control.cancel(session_id, 1, 2, "ActiveDeadlineExceeded") == first
    assert not await control.signal(session_id, 1, 2, Signal.RUN)
    assert not await control.dispatch(order(session_id, 2))
    (snapshot,) = await control.observe([session_id])
    assert snapshot.verdict == first


async def test_a_session_can_be_cancelled_before_it_was_dispatched(control, leases, session_id, order) -> None:
    await control.cancel(session_id, 0, 1, "QueueDeadlineExceeded")
    assert not await control.dispatch(order(session_id, 1))
    assert leases.acquire(session_id, 0, 0, "a").result is AcquireResult.DONE


async def test_a_deposed_leader_cannot_cancel_a_newer_attempt(control, session_id, order) -> None:
    await control.dispatch(order(session_id, 2))
    with pytest.raises(FenceLost):
        await control.cancel(session_id, 1, 1, "Cancelled")
    (snapshot,) = await control.observe([session_id])
    assert snapshot.verdict is None


async def test_fencing_off_takes_the_lease_of_this_attempt_only(control, leases, fence, session_id) -> None:
    await control.fence_off(session_id, 7)
    assert leases.beat(fence) is BeatResult.OK
    await control.fence_off(session_id, 1)
    assert leases.beat(fence) is BeatResult.LOST
    (snapshot,) = await control.observe([session_id])
    assert snapshot.leases == ()
    assert await control.expired_leases() == []


async def test_nothing_expires_before_it_is_acknowledged_and_everything_after(
    control, leases, fence, session_id, client, keys: Keys
) -> None:
    await control.cancel(session_id, 1, 1, "Cancelled")
    own = client.keys(f"{keys.prefix}:session:*")
    assert {client.ttl(key) for key in own} == {-1}
    await control.acknowledge(session_id, "failed", "Cancelled by the user")
    own = client.keys(f"{keys.prefix}:session:*")
    assert own
    assert [snapshot.acknowledged for snapshot in await control.observe([session_id])] == [True]
    assert all(86_000 < client.ttl(key) <= 86_400 for key in own)
    assert client.hgetall(keys.session(session_id).state)["error"] == "Cancelled by the user"
    assert leases.beat(fence) is BeatResult.LOST


@pytest.mark.usefixtures("fence")
async def test_acknowledging_again_does_not_prolong_its_life(control, session_id, client, keys: Keys) -> None:
    await control.acknowledge(session_id, "completed", None)
    client.expire(keys.session(session_id).state, 100)
    await control.acknowledge(session_id, "completed", None)
    assert client.ttl(keys.session(session_id).state) <= 100


async def test_nobody_works_on_a_session_whose_end_is_acknowledged(control, leases, session_id, order) -> None:
    await control.dispatch(order(session_id))
    await control.acknowledge(session_id, "failed", "BackoffLimitExceeded")
    assert leases.acquire(session_id, 1, 0, "a").result is AcquireResult.DONE
    assert not await control.dispatch(order(session_id, 2))


async def test_acknowledging_what_is_not_there_leaves_nothing_behind(control, session_id, client, keys: Keys) -> None:
    await control.acknowledge(session_id, "completed", None)
    assert client.keys(f"{keys.prefix}:*") == []


@pytest.mark.usefixtures("fence")
async def test_a_deleted_session_leaves_no_key(control, session_id, client, keys: Keys) -> None:
    await control.delete(session_id)
    assert client.keys(f"{keys.prefix}:session:*") == []
    assert await control.stored_sessions() == {}
    assert await control.expired_leases() == []


async def test_changes_since_a_cursor_are_told_once(control, order) -> None:
    start = await control.changes(None, 0)
    await control.dispatch(order("a"))
    await control.dispatch(order("b"))
    first = await control.changes(start.incarnation, start.cursor)
    assert first.session_ids == ("a", "b")
    assert (await control.changes(first.incarnation, first.cursor)).session_ids == ()
    await control.mark_sent("a", 1)
    assert (await control.changes(first.incarnation, first.cursor)).session_ids == ("a",)


async def test_changes_tell_which_sessions_have_ended(control, order) -> None:
    for name in ("a", "b"):
        await control.dispatch(order(name))
    start = await control.changes(None, 0)
    assert start.ended == ()
    await control.cancel("b", 1, 1, "Cancelled")
    await control.mark_sent("a", 1)
    changes = await control.changes(start.incarnation, start.cursor)
    assert (sorted(changes.session_ids), changes.ended) == (["a", "b"], ("b",))


async def test_an_emptied_redis_has_a_new_incarnation_and_tells_of_all(control, client, keys: Keys, order) -> None:
    await control.dispatch(order("a"))
    before = await control.changes(None, 0)
    client.delete(keys.incarnation)
    after = await control.changes(before.incarnation, before.cursor)
    assert after.incarnation != before.incarnation
    assert after.session_ids == ("a",)


async def test_a_redis_put_back_to_an_older_copy_tells_of_all(control, order) -> None:
    await control.dispatch(order("a"))
    now = await control.changes(None, 0)
    assert (await control.changes(now.incarnation, now.cursor + 10)).session_ids == ("a",)


async def test_stored_sessions_forget_those_whose_keys_expired(control, client, keys: Keys, order) -> None:
    await control.dispatch(order("old"))
    await control.dispatch(order("young"))
    await control.acknowledge("old", "completed", None)
    assert set(await control.stored_sessions()) == {"old", "young"}
    client.zadd(keys.expiring, {"old": 1})
    stored = await control.stored_sessions()
    assert list(stored) == ["young"]
    assert 0 <= stored["young"] < 5

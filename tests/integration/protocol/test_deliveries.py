"""What was delivered is counted once, however often it is said."""

import pytest

from bughive_protocol.deliveries import DeliveryBook, DeliveryKind, note_failed

HOOK = DeliveryKind.WEBHOOK


@pytest.fixture
def book(async_client, keys) -> DeliveryBook:
    return DeliveryBook(async_client, keys)


@pytest.fixture
def sums(book, fence):
    async def sums() -> tuple[int, int, int, str]:
        one = (await book.of(fence.session_id)).by_kind[HOOK]
        return one.done, one.failed, one.pending, one.error

    return sums


async def test_an_item_goes_from_pending_to_done(book, fence, sums) -> None:
    await book.expect(fence.session_id, HOOK, ["a", "b"])
    assert await sums() == (0, 0, 2, "")
    assert (await book.of(fence.session_id)).pending
    await book.done(fence.session_id, HOOK, ["a"])
    assert await sums() == (1, 0, 1, "")
    assert await book.undelivered(fence.session_id, HOOK, ["a", "b", "c"]) == ("b", "c")


async def test_what_is_said_again_changes_nothing(book, fence, sums) -> None:
    for _ in range(2):
        await book.expect(fence.session_id, HOOK, ["a", "b"])
        await book.done(fence.session_id, HOOK, ["a"])
        await book.failed(fence.session_id, HOOK, ["a", "b"], "410 Gone")
        await book.expect(fence.session_id, HOOK, ["a", "b"])
    assert await sums() == (1, 1, 0, "410 Gone")


async def test_what_had_failed_can_still_be_done(book, fence, client, keys, sums) -> None:
    note_failed(client, keys, fence.session_id, HOOK, ["a"], "no answer")
    assert await sums() == (0, 1, 0, "no answer")
    await book.done(fence.session_id, HOOK, ["a"])
    assert await sums() == (1, 0, 0, "")


async def test_what_came_to_nothing_counts_as_neither(book, fence, sums) -> None:
    await book.expect(fence.session_id, HOOK, ["a"])
    await book.moot(fence.session_id, HOOK, ["a"])
    assert await sums() == (0, 0, 0, "")


async def test_kinds_are_counted_apart(book, fence) -> None:
    await book.expect(fence.session_id, HOOK, ["a"])
    await book.done(fence.session_id, DeliveryKind.TICKET, ["a"])
    told = await book.of(fence.session_id)
    assert {kind: (one.done, one.pending) for kind, one in told.by_kind.items()} == {HOOK: (0, 1), "ticket": (1, 0)}


async def test_the_operator_learns_of_what_was_delivered_but_not_of_what_is_expected(book, fence, control) -> None:
    before = await control.changes(None, 0)
    await book.expect(fence.session_id, HOOK, ["a"])
    assert (await control.changes(before.incarnation, before.cursor)).session_ids == ()
    await book.done(fence.session_id, HOOK, ["a"])
    assert (await control.changes(before.incarnation, before.cursor)).session_ids == (fence.session_id,)
    assert (await control.observe([fence.session_id]))[0].deliveries.by_kind[HOOK].done == 1


async def test_after_the_end_nothing_outlives_the_sessions_other_keys(book, fence, control, async_client, keys) -> None:
    await control.cancel(fence.session_id, 1, 1, "Cancelled")
    await control.acknowledge(fence.session_id, "failed", "cancelled")
    await book.expect(fence.session_id, HOOK, ["a"])
    await book.failed(fence.session_id, HOOK, ["a"], "no answer")
    own = keys.session(fence.session_id)
    lives = [await async_client.pttl(key) for key in (own.state, own.deliveries, own.delivery_items)]
    assert all(life > 0 for life in lives)


async def test_a_session_that_is_gone_gets_no_keys_anew(book, fence, control, async_client, keys) -> None:
    await control.delete(fence.session_id)
    await book.expect(fence.session_id, HOOK, ["a"])
    await book.failed(fence.session_id, HOOK, ["a"], "no answer")
    await book.sent(fence.session_id)
    assert await async_client.exists(*keys.session(fence.session_id).all()) == 0

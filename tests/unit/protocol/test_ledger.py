"""However calls of several shards interleave, what is spent never goes beyond what may be."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bughive_crds.analysis import AnalysisStop
from bughive_protocol.ledger import Allowance, Book, MemoryLedger, Reservation

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(0, 9), st.integers(0, 4), st.integers(1, 60)),
        st.tuples(st.just("settle"), st.integers(0, 9), st.integers(0, 100)),
    ),
    max_size=60,
)


@given(moves=MOVES, most=st.integers(0, 200), pages=st.integers(1, 5))
def test_no_order_of_calls_spends_more_than_may_be(moves, most, pages):
    """Each call costs at most what it reserved, as the bound on its tokens makes sure."""

    async def play() -> None:
        book, spent, reserved = Book(), 0, {}
        ledger, calls = MemoryLedger(book), 0
        for move, who, *rest in moves:
            if move == "reserve":
                page, worst = rest
                calls += 1
                said = await ledger.reserve(f"{who}-{calls}", f"page-{page}", worst, Allowance(most, pages))
                if said is Reservation.OK:
                    reserved.setdefault(who, []).append((f"{who}-{calls}", worst))
            elif reserved.get(who):
                name, worst = reserved[who].pop()
                cost = min(rest[0], worst)
                spent += cost
                await ledger.settle(name, cost)
                await ledger.settle(name, cost)
            held = sum(worst for calls in reserved.values() for _, worst in calls)
            assert book.micro_usd == spent + held <= most
            assert len(book.asked) <= pages

    asyncio.run(play())


async def test_a_stop_of_the_session_outlasts_one_of_a_worker():
    book = Book()
    ledger = MemoryLedger(book)
    await ledger.stop(AnalysisStop.NO_KEY, "no key here")
    assert await ledger.reserve("a", "p", 1, Allowance(10, 1)) is Reservation.OK
    assert book.stopped is None
    await ledger.stop(AnalysisStop.KEY_REFUSED, "401")
    await ledger.stop(AnalysisStop.UNAVAILABLE, "later")
    assert await ledger.reserve("b", "p", 1, Allowance(10, 1)) is Reservation.STOPPED
    assert (book.stopped, book.message) == (AnalysisStop.KEY_REFUSED, "401")

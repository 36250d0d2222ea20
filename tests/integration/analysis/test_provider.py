"""The real client against a provider that speaks the real wire format."""

import asyncio
import json

import pytest
from fixtures.fake_provider import KEY, NOTHING, Fails, Raw, Says

from bughive_crds.analysis import AnalysisStatus, AnalysisStop
from bughive_worker.analysis.call_failure import TRIES

BUG = {
    "kind": "semantic-wrong-total",
    "severity": "High",
    "title": "Wrong total",
    "explanation": "It is not the sum.",
    "element": "t1",
    "quotes": ["Total: $25.00"],
    "action": None,
}
USED = {"input_tokens": 1000, "output_tokens": 200}
"""Costs 2000 millionths of a dollar."""


async def test_a_page_is_asked_about_and_what_it_cost_is_written_down(provider, asking, page):
    provider.script = [Says({"bugs": [BUG], "retold": []}, usage=USED)]
    session = asking()
    answer = await session.analyst.answer(page())
    assert [bug.title for bug in answer.bugs] == ["Wrong total"]
    assert session.status == AnalysisStatus(pages=1, calls=1, usd=0.002)
    (body,) = provider.bodies
    assert body["model"] == "claude-haiku-5-5"
    assert "tools" not in body
    assert "tool_choice" not in body
    assert KEY not in json.dumps(body)
    (headers,) = provider.headers
    assert headers["user-agent"].startswith("AsyncAnthropic")
    assert "cookie" not in headers


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_what_may_pass_is_tried_again(provider, asking, page, status):
    provider.script = [Fails(status), Fails(status), Says(usage=USED)]
    session = asking()
    assert await session.analyst.answer(page()) is not None
    assert session.waits == [1.0, 2.0]
    assert session.status == AnalysisStatus(pages=1, calls=3, usd=0.002)


async def test_the_provider_says_when_to_come_back(provider, asking, page):
    provider.script = [Fails(429, "rate_limit_error", headers={"retry-after": "17"}), Says(usage=USED)]
    session = asking()
    assert await session.analyst.answer(page()) is not None
    assert session.waits == [17.0]


async def test_a_page_goes_without_after_some_tries_and_costs_nothing(provider, asking, page):
    provider.script = [Fails(529, "overloaded_error")]
    session = asking()
    assert await session.analyst.answer(page()) is None
    assert session.status == AnalysisStatus(pages=1, calls=TRIES, usd=0)


async def test_after_three_pages_without_an_answer_no_more_is_asked(provider, asking, page):
    provider.script = [Fails(529)]
    session = asking()
    for number in range(5):
        assert await session.analyst.answer(page(number)) is None
    assert len(provider.bodies) == 3 * TRIES
    assert session.status.stopped is AnalysisStop.UNAVAILABLE
    assert "3 pages in a row got no answer" in session.status.message


@pytest.mark.parametrize(
    ("fails", "stop"),
    [
        (Fails(401, "authentication_error"), AnalysisStop.KEY_REFUSED),
        (Fails(403, "permission_error"), AnalysisStop.KEY_REFUSED),
        (Fails(400, "invalid_request_error"), AnalysisStop.REQUEST_REFUSED),
        (Fails(404, "not_found_error"), AnalysisStop.REQUEST_REFUSED),
        (
            Fails(429, "rate_limit_error", "enforced_spend_limit_reached", {"retry-after": "1"}),
            AnalysisStop.SPEND_LIMIT_REACHED,
        ),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
async def test_what_will_not_pass_is_asked_once_and_stops_the_analysis(provider, asking, page, fails, stop):
    provider.script = [fails]
    session = asking()
    for number in range(3):
        assert await session.analyst.answer(page(number)) is None
    assert len(provider.bodies) == 1
    assert session.waits == []
    assert session.status == AnalysisStatus(pages=1, calls=1, usd=0, stopped=stop, message=session.status.message)
    assert "scripted" in session.status.message


async def test_a_gateway_that_quotes_the_key_puts_it_into_no_status(provider, asking, page):
    told = {"type": "error", "error": {"type": "authentication_error", "message": f"unknown key {KEY}, ask us"}}
    provider.script = [Raw(json.dumps(told).encode(), status=401)]
    session = asking()
    assert await session.analyst.answer(page()) is None
    assert "unknown key (the key), ask us" in session.status.message
    assert KEY not in session.status.message


@pytest.mark.parametrize(
    "said",
    [
        Says("I'd rather not.", stop_reason="refusal", usage=USED),
        Says('{"bugs": [{"ki', stop_reason="max_tokens", usage=USED),
        Says('{"bugs": [', stop_reason="model_context_window_exceeded", usage=USED),
        Says("Sure! Here are the bugs: none.", usage=USED),
        Says('{"bugs": "none"}', usage=USED),
        Says("[" * 100_000, usage=USED),
        Says(content=[], usage=USED),
        Says(content=[{"type": "tool_use", "id": "t", "name": "shell", "input": {"command": "env"}}], usage=USED),
    ],
    ids=["refusal", "truncated", "context", "prose", "another form", "deep", "empty", "a tool"],
)
async def test_an_answer_of_no_use_is_dropped_counted_and_paid_for(provider, asking, page, answers, said):
    provider.script = [said]
    session = asking()
    assert await session.analyst.answer(page()) is None
    assert session.status == AnalysisStatus(pages=1, calls=1, unusable=1, usd=0.002)
    assert answers.kept == {}


@pytest.mark.parametrize(
    "raw",
    [
        Raw(b'{"type": "mess'),
        Raw(b"<html>a captive portal</html>", "text/html"),
        Raw(b"{}"),
        Raw(b'{"type": "message", "content": [], "usage": null}'),
        Raw(breaks=True),
        Raw(seconds=30),
    ],
    ids=["cut off", "html", "no message", "no usage", "connection breaks", "slow"],
)
async def test_a_call_whose_end_is_not_known_counts_in_full(provider, asking, page, raw):
    provider.script = [raw, Fails(401)]
    session = asking(seconds=0.5)
    assert await session.analyst.answer(page()) is None
    first, _ = provider.bodies
    worst = session.analyst._worst(page())
    assert first["max_tokens"] * 5 < worst
    assert session.status.usd == worst / 1_000_000
    assert session.status.calls == 2


async def test_a_redirect_is_not_followed_so_the_key_stays_here(provider, asking, page):
    provider.script = [Raw(status=307, headers={"Location": f"{provider.url}/v1/messages?stolen"})]
    session = asking()
    assert await session.analyst.answer(page()) is None
    assert len(provider.bodies) == 1
    assert session.status.stopped is AnalysisStop.REQUEST_REFUSED


async def test_no_call_is_made_that_might_cost_more_than_is_left(provider, asking, page):
    provider.script = [Says(usage=USED)]
    worst = asking().analyst._worst(page()) / 1_000_000
    session = asking(usd=worst + 0.003)
    assert await session.analyst.answer(page(1)) is not None
    assert await session.analyst.answer(page(2)) is not None
    assert await session.analyst.answer(page(3)) is None
    assert len(provider.bodies) == 2
    assert session.status.usd == 0.004
    assert session.status.stopped is AnalysisStop.BUDGET_REACHED
    assert "Raise analysis.maxUSD" in session.status.message


async def test_a_bound_below_one_question_asks_nothing(provider, asking, page):
    session = asking(usd=0.01)
    assert await session.analyst.answer(page()) is None
    assert provider.bodies == []
    assert session.status.stopped is AnalysisStop.BUDGET_REACHED


async def test_pages_at_once_never_spend_more_than_may_be_and_lose_nothing_that_fits(provider, asking, page):
    provider.script = lambda _: Says(usage=USED)
    worst = asking().analyst._worst(page()) / 1_000_000
    session = asking(usd=worst + 0.0199)
    session.analyst._sleep = asyncio.sleep
    answered = await asyncio.gather(*(session.analyst.answer(page(number)) for number in range(30)))
    assert sum(answer is not None for answer in answered) == 10
    assert session.status.usd == pytest.approx(0.02)
    assert session.status.stopped is AnalysisStop.BUDGET_REACHED


async def test_no_more_pages_are_asked_about_than_may_be(provider, asking, page):
    session = asking(pages=2)
    answered = [await session.analyst.answer(page(number)) is not None for number in range(4)]
    assert answered == [True, True, False, False]
    assert len(provider.bodies) == 2
    assert session.status.stopped is AnalysisStop.MAX_PAGES_REACHED


async def test_a_question_that_an_earlier_session_asked_costs_nothing(provider, asking, page):
    provider.script = [Says({"bugs": [BUG], "retold": []})]
    first = await asking().analyst.answer(page())
    later = asking()
    assert await later.analyst.answer(page()) == first
    assert len(provider.bodies) == 1
    assert later.status == AnalysisStatus(recalled=1)


@pytest.mark.parametrize("differs", [{"namespace": "other"}, {"model": "claude-opus-5-5"}], ids=["namespace", "model"])
async def test_nobody_is_given_the_answer_to_another_question(provider, asking, page, differs):
    await asking().analyst.answer(page())
    await asking(**differs).analyst.answer(page())
    await asking().analyst.answer(page(text="Total: $26.00"))
    await asking().analyst.answer(page(2))
    assert len(provider.bodies) == 4


async def test_what_is_kept_is_read_as_carefully_as_what_comes(provider, asking, page, answers):
    await asking().analyst.answer(page())
    (name,) = answers.kept
    answers.kept[name] = b"\xff no answer"
    assert await asking().analyst.answer(page()) is not None
    assert len(provider.bodies) == 2


async def test_a_call_that_is_cut_off_by_a_stop_stays_reserved(provider, asking, page):
    provider.script = [Raw(seconds=30)]
    session = asking()
    asked = asyncio.ensure_future(session.analyst.answer(page()))
    async with asyncio.timeout(5):
        await provider.asked.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert session.status.usd == session.analyst._worst(page()) / 1_000_000


async def test_the_answer_nothing_is_an_answer(provider, asking, page):
    provider.script = [Says(NOTHING)]
    answer = await asking().analyst.answer(page())
    assert (answer.bugs, answer.retold) == ((), ())

"""What happened to sessions reaches the tickets queue, whatever happens to the operator."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.asyncio

from bughive_crds.model import Severity
from bughive_protocol.connections import connect_async
from bughive_protocol.deliveries import DeliveryKind
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.keys import Keys
from bughive_protocol.lease import ReleaseReason
from bughive_protocol.outbox import Outbox

HOOK = {"webhooks": [{"url": "https://hooks.example/"}]}


class StuckOnTask:
    """A messenger that gets stuck before it sends a task."""

    def __init__(self, real: Any, stuck: asyncio.Event) -> None:
        self._real, self._stuck = real, stuck

    async def send_task(self, *_: Any) -> None:
        self._stuck.set()
        await asyncio.Event().wait()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def bug(number: int) -> Finding:
    return Finding(
        fingerprint=f"{number:016x}",
        kind="planted",
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        title="",
        url="http://127.0.0.1:1/",
    )


@pytest.fixture
def keys(settings) -> Keys:
    return Keys(settings.redis_key_prefix)


@pytest.fixture
async def client(settings) -> AsyncIterator[redis.asyncio.Redis]:
    async with connect_async(settings.redis_url) as client:
        yield client


@pytest.fixture
def posted(client, keys):
    """The tasks that are in the tickets queue, as (event, fingerprints)."""

    async def posted() -> list[tuple[str, list[str]]]:
        messages = [json.loads(each) for each in await client.lrange(f"{keys.celery}tickets:3", 0, -1)]
        bodies = [json.loads(b64decode(message["body"]))[1] for message in reversed(messages)]
        return [(body["event"], body["fingerprints"]) for body in bodies]

    return posted


@pytest.fixture
def emptied(client, keys, eventually):
    """Wait until nothing is in the outbox."""

    async def empty() -> bool:
        return (await Outbox(client, keys, "test").backlog()).length == 0

    return lambda: eventually(empty, "the outbox is empty")


def condition(status: dict[str, Any]) -> tuple[str, str, str]:
    found = {c["type"]: (c["status"], c["reason"], c.get("message", "")) for c in status["conditions"]}
    return found["Delivered"]


@pytest.mark.usefixtures("operator")
async def test_a_session_is_told_of_from_start_to_end(users, worker, posted, eventually, control) -> None:
    uid = await users.apply(**HOOK)
    turn = await worker.take()
    await turn.crawl("a", "b", bugs=[bug(1), bug(2)])

    async def bugs_are_told() -> bool:
        return ("bug.found", [bug(1).fingerprint, bug(2).fingerprint]) in await posted()

    await eventually(bugs_are_told, "both bugs are told, in one message")
    running = await users.phase("Running")
    assert condition(running)[:2] == ("Unknown", "Delivering")
    await turn.finish()
    done = await users.phase("Completed")
    assert condition(done)[:2] == ("Unknown", "Delivering")

    async def all_is_told() -> bool:
        return [event for event, _ in await posted()] == ["session.started", "bug.found", "session.finished"]

    await eventually(all_is_told, "the end is told")
    book = control.delivery_book()
    items = ["0 session.started", "0 session.finished", *(f"0 {bug(n).fingerprint}" for n in (1, 2))]
    assert await book.undelivered(uid, DeliveryKind.WEBHOOK, items) == tuple(items)
    await book.done(uid, DeliveryKind.WEBHOOK, items)

    async def delivered() -> bool:
        told = condition(await users.status())
        return told == ("True", "AllDelivered", "Delivered: 4 webhook events.")

    await eventually(delivered, "the condition holds")
    assert (await users.status())["phase"] == "Completed"


async def test_an_operator_that_dies_between_reading_and_sending_leaves_it_to_the_next(
    operators, users, worker, posted, eventually, emptied
) -> None:
    stuck = asyncio.Event()
    await operators.start(wrap_messenger=lambda real: StuckOnTask(real, stuck))
    await users.apply(**HOOK)
    turn = await worker.take()
    await asyncio.wait_for(stuck.wait(), 20)
    await operators.kill()
    assert await posted() == []
    await operators.start()

    async def started_is_told() -> bool:
        return await posted() == [("session.started", [])]

    await eventually(started_is_told, "the next operator tells it, without waiting for it to count as abandoned", 10)
    await turn.finish()
    await users.phase("Completed")
    await emptied()


@pytest.mark.usefixtures("operator")
async def test_the_end_of_a_session_is_told_when_its_resource_shows_it(
    users, worker, posted, eventually, client, keys
) -> None:
    await users.apply(**HOOK)
    turn = await worker.take()
    await users.phase("Running")
    await users.change(cancel=True)

    async def read() -> bool:
        pending = await client.xpending(keys.outbox, keys.outbox_readers)
        return pending["pending"] == 1

    await eventually(read, "the end is read while the worker still holds the session")
    assert [event for event, _ in await posted()] == ["session.started"]
    turn.release(ReleaseReason.CANCEL)
    await users.phase("Cancelled")

    async def told() -> bool:
        return [event for event, _ in await posted()] == ["session.started", "session.finished"]

    await eventually(told, "the end is told")


async def test_a_session_that_was_never_dispatched_is_told_of_too(operators, users, posted, eventually) -> None:
    await operators.start(max_running=1)
    await users.apply("first")
    await users.phase("Queued", "first")
    await users.apply("second", **HOOK)
    await users.phase("Pending", "second")
    await users.change("second", cancel=True)
    await users.phase("Cancelled", "second")

    async def told() -> bool:
        return [event for event, _ in await posted()] == ["session.finished"]

    await eventually(told, "the end is told")


async def test_what_a_deleted_session_left_is_dropped(operators, users, worker, posted, emptied) -> None:
    stuck = asyncio.Event()
    await operators.start(wrap_messenger=lambda real: StuckOnTask(real, stuck))
    await users.apply(**HOOK)
    await worker.take()
    await asyncio.wait_for(stuck.wait(), 20)
    await operators.kill()
    await users.delete()
    await operators.start()
    await emptied()
    assert await posted() == []


@pytest.mark.usefixtures("operator")
async def test_a_session_that_tells_nobody_leaves_nothing_in_the_outbox(users, worker, client, keys) -> None:
    await users.apply()
    turn = await worker.take()
    await turn.crawl("a", bugs=[bug(1)])
    await turn.finish()
    done = await users.phase("Completed")
    assert "Delivered" not in {c["type"] for c in done["conditions"]}
    assert await client.xlen(keys.outbox) == 0

"""Real workers of the tickets queue: races, deaths, pauses, errors; one ticket for a bug, whatever happens."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from services.linear import KEY, RATELIMITED, LinearService, error
from services.scripted import Fault

from bughive_crds.crawl_session import CrawlSessionSpec, Outcome
from bughive_crds.model import Severity
from bughive_operator.outbox_tasks import tasks_of, wanted_entries
from bughive_protocol.connections import connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.dead_letters import DeadLetters, LetterReason
from bughive_protocol.deliveries import Deliveries, DeliveryBook, DeliveryKind
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.finisher import Election, Finisher
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.limits import Limits
from bughive_protocol.messages import CREATE_LINEAR_TICKET
from bughive_protocol.outbox_entry import OutboxEntry
from bughive_protocol.redis_store import RedisFindings
from bughive_protocol.ticket_record import TicketOutcome, TicketRecord, TicketRecords
from bughive_worker.cli.dead_letters import replay_one

FINISHED = [OutboxEntry(kind="finished")]
LINEAR = {"tickets": {"linear": {"teamKey": "WEB"}}}


@pytest.fixture
def linear() -> Iterator[LinearService]:
    with LinearService() as service:
        yield service
    assert service.invalid == []


@pytest.fixture
def start(lab, linear) -> Callable[..., Any]:
    """Starts a worker of the tickets queue that knows this Linear."""

    def start(**more: str) -> Any:
        own = {"BUGHIVE_LINEAR_API_URL": f"{linear.url}/graphql", "LINEAR_API_KEY": KEY, "RETRY_SECONDS": "0.2"}
        return lab.start_worker("tickets", 2, **{**own, **more})

    return start


def bug(number: int) -> Finding:
    return Finding(
        fingerprint=f"{number:016x}",
        kind="broken-link",
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"Bug {number}",
        url=f"http://shop.test/{number}",
    )


@pytest.fixture
def finished(lab) -> Callable[..., str]:
    """A session that found bugs and finished; then what the operator sends for it."""

    def finish(session_id: str, bugs: int, asked: dict[str, Any] = LINEAR, send: bool = True) -> str:
        spec = CrawlSessionSpec.model_validate({"url": "http://shop.test/", **asked})
        order = DispatchOrder(
            session_id, "shop", "nightly", 1, 1, spec.model_dump_json(by_alias=True), 1, wanted_entries(spec)
        )

        async def work() -> None:
            async with connect_async(lab.redis_url) as client:
                await SessionControl(client, lab.keys).dispatch(order)
                fence = LeaseStore(lab.client, lab.keys).acquire(session_id, 1, 0, "worker-a").fence
                assert fence is not None
                finisher = Finisher(client, lab.keys, fence, Limits(10))
                assert await finisher.elect() is Election.FINISH
                await RedisFindings(client, lab.keys, fence).add([bug(number) for number in range(bugs)])
                await finisher.finish(Outcome.BUGS_FOUND, {})
                book = DeliveryBook(client, lab.keys)
                for task in tasks_of(session_id, FINISHED, spec) if send else ():
                    await book.expect(session_id, task.delivers, task.items)
                    lab.app.send_task(task.name, kwargs={"session_id": session_id, **task.arguments}, task_id=task.id)

        asyncio.run(work())
        return session_id

    return finish


def deliveries(lab, session_id: str) -> Deliveries:
    async def read() -> Deliveries:
        async with connect_async(lab.redis_url) as client:
            return await DeliveryBook(client, lab.keys).of(session_id)

    return asyncio.run(read())


def records(lab, session_id: str) -> list[TicketRecord]:
    async def read() -> list[TicketRecord]:
        async with connect_async(lab.redis_url) as client:
            return await TicketRecords(client, lab.keys).all(session_id)

    return asyncio.run(read())


def counted(lab, session_id: str) -> tuple[int, int, int]:
    told = deliveries(lab, session_id).by_kind.get(DeliveryKind.TICKET)
    return (told.done, told.failed, told.pending) if told else (0, 0, 0)


def unlock(lab) -> None:
    for lock in lab.client.scan_iter(f"{lab.prefix}:ticket:*"):
        lab.client.delete(lock)


def settle(lab, session_id: str, number: int, task_id: str) -> None:
    lab.app.send_task(
        CREATE_LINEAR_TICKET, kwargs={"session_id": session_id, "fingerprint": bug(number).fingerprint}, task_id=task_id
    )


def test_what_the_operator_sends_becomes_tickets_and_is_told(lab, linear, start, finished) -> None:
    start()
    finished("s1", 3, {"tickets": {"linear": {"teamKey": "WEB", "maxTickets": 2}}})
    lab.wait("two tickets", lambda: counted(lab, "s1") == (2, 0, 0))
    assert sorted(issue.title for issue in linear.workspace.issues_) == ["Bug 0", "Bug 1"]
    assert {(record.name, record.outcome) for record in records(lab, "s1")} == {
        ("WEB-1", TicketOutcome.OPENED),
        ("WEB-2", TicketOutcome.OPENED),
    }
    # The next session goes on where this one stopped.
    finished("s2", 3, {"tickets": {"linear": {"teamKey": "WEB", "maxTickets": 2}}})
    lab.wait("the third ticket", lambda: counted(lab, "s2") == (1, 0, 0))
    assert len(linear.workspace.issues_) == 3


def test_two_workers_that_race_for_one_bug_open_one_ticket(lab, linear, start, finished) -> None:
    finished("s1", 1, send=False)
    copies = [f"copy-{number}" for number in range(10)]
    for copy in copies:
        settle(lab, "s1", 0, copy)
    start()
    start()
    lab.wait("every copy", lambda: all(lab.app.AsyncResult(copy).successful() for copy in copies), 60)
    assert len(linear.workspace.issues_) == len(linear.workspace.attachments) == 1
    assert linear.operations().count("CreateIssue") == 1
    assert counted(lab, "s1") == (1, 0, 0)


def test_a_worker_killed_between_opening_and_noting_leaves_one_ticket(lab, linear, start, finished) -> None:
    worker = start()
    linear.fail("Link", Fault(hangs=True))
    finished("s1", 1)
    lab.wait("the ticket is open, and the worker about to link it", lambda: "Link" in linear.operations())
    worker.kill()
    assert (len(linear.workspace.issues_), len(linear.workspace.attachments)) == (1, 0)
    # The broker gives the message to another, and the lock runs out, in time; here nobody waits for that.
    unlock(lab)
    settle(lab, "s1", 0, "again")
    start()
    lab.wait("the ticket is noted", lambda: counted(lab, "s1") == (1, 0, 0))
    assert len(linear.workspace.issues_) == len(linear.workspace.attachments) == 1
    (record,) = records(lab, "s1")
    assert record.outcome is TicketOutcome.OPENED


def test_a_child_killed_in_the_middle_is_followed_by_another(lab, linear, start, finished) -> None:
    worker = start()
    linear.fail("Link", Fault(hangs=True))
    finished("s1", 1)
    lab.wait("the ticket is open", lambda: "Link" in linear.operations())
    for child in worker.children():
        child.kill()
    unlock(lab)
    lab.wait("the ticket is noted", lambda: counted(lab, "s1") == (1, 0, 0), 90)
    assert len(linear.workspace.issues_) == len(linear.workspace.attachments) == 1


def test_all_children_heed_a_rate_limit_and_it_takes_no_try(lab, linear, start, finished) -> None:
    linear.fail("CreateIssue", *[Fault(400, RATELIMITED, {"Retry-After": "1"})] * 7)
    finished("s1", 3)
    start()
    lab.wait("all tickets", lambda: counted(lab, "s1") == (3, 0, 0), 90)
    assert len(linear.workspace.issues_) == 3
    assert linear.operations().count("CreateIssue") == 3 + 7
    assert DeadLetters(lab.client, lab.keys).count() == 0


def test_what_may_pass_is_tried_again(lab, linear, start, finished) -> None:
    linear.fail("Place", Fault(500, ""), Fault(), Fault(200, error("internal error", "Something broke.")))
    finished("s1", 1)
    start()
    lab.wait("the ticket", lambda: counted(lab, "s1") == (1, 0, 0))


@pytest.mark.parametrize(
    ("environment", "asked", "told"),
    [
        ({"LINEAR_API_KEY": "lin_api_hush"}, LINEAR, "put a valid one into LINEAR_API_KEY of the workers"),
        ({"LINEAR_API_KEY": ""}, LINEAR, "the workers have no LINEAR_API_KEY: set tickets.linear.secretRef"),
        ({}, {"tickets": {"linear": {"teamKey": "NOPE"}}}, "no team NOPE"),
    ],
)
def test_what_cannot_pass_fails_at_once_and_says_why(lab, start, finished, environment, asked, told) -> None:
    start(**environment)
    finished("s1", 1, asked)
    letters = DeadLetters(lab.client, lab.keys)
    lab.wait("the letter", lambda: letters.count() == 1)
    (filed,) = letters.all()
    assert (filed.letter.reason, filed.letter.tries) == (LetterReason.PERMANENT_ERROR, 1)
    assert told in filed.letter.error
    assert counted(lab, "s1") == (0, 1, 0)
    assert told in deliveries(lab, "s1").by_kind[DeliveryKind.TICKET].error
    assert "hush" not in json.dumps(filed.letter.model_dump(mode="json"))


def test_after_the_last_try_a_letter_is_left_and_it_can_be_tried_anew(lab, linear, start, finished) -> None:
    linear.fail("Find", *[Fault(503, "")] * 6)
    start(RETRY_SECONDS="0.01")
    finished("s1", 1, send=False)
    settle(lab, "s1", 0, "t1")
    letters = DeadLetters(lab.client, lab.keys)
    lab.wait("the letter", lambda: letters.count() == 1)
    (filed,) = letters.all()
    assert (filed.letter.reason, filed.letter.tries) == (LetterReason.OUT_OF_TRIES, 6)
    assert counted(lab, "s1") == (0, 1, 0)
    assert "sent to" in replay_one(letters, lab.app, filed.id)[0]
    lab.wait("the ticket", lambda: counted(lab, "s1") == (1, 0, 0))
    assert len(linear.workspace.issues_) == 1


def test_a_session_that_was_cancelled_opens_none(lab, linear, start) -> None:
    spec = CrawlSessionSpec.model_validate({"url": "http://shop.test/", **LINEAR})
    order = DispatchOrder("s1", "shop", "nightly", 1, 1, spec.model_dump_json(by_alias=True), 1, wanted_entries(spec))
    lab.control(lambda control: control.dispatch(order))
    lab.control(lambda control: control.cancel("s1", 1, 1, "Cancelled"))
    start()
    (task,) = tasks_of("s1", FINISHED, spec)
    lab.app.send_task(task.name, kwargs={"session_id": "s1", **task.arguments}, task_id=task.id)
    assert lab.result(task.id) == 0
    assert linear.asked == []

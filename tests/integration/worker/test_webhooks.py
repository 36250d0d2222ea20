"""Webhooks told by a real worker, through the egress guard, to a receiver on this machine."""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import jsonschema
import pytest
from fixtures.receiver import Receiver, Scripted
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook

from bughive_crds.crawl_session import CrawlSessionSpec, Outcome
from bughive_crds.model import Severity
from bughive_crds.webhooks import WebhookEvent
from bughive_operator.outbox_tasks import tasks_of, wanted_entries
from bughive_protocol.connections import connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.dead_letters import DeadLetters, LetterReason
from bughive_protocol.deliveries import Delivery, DeliveryBook
from bughive_protocol.errors import EgressRefused, IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.finisher import Finisher
from bughive_protocol.frontier import PageEnd, PageRecord, PageResult
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.limits import Limits
from bughive_protocol.outbox_entry import OutboxEntry
from bughive_protocol.redis_store import RedisFrontier
from bughive_protocol.redis_time import redis_time
from bughive_protocol.webhook_message import WebhookMessage
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.outbound import Outbound
from bughive_worker.webhooks import send
from bughive_worker.webhooks.send import Sender

OWN = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
SCHEMA = Path(__file__).parents[3] / "docs/webhook.schema.json"
LIMITS = Limits(100)
UID = "0b5c"
HERE = EgressPolicy.parse(["127.0.0.1"])
STARTED, FINISHED, FOUND = WebhookEvent.SESSION_STARTED, WebhookEvent.SESSION_FINISHED, WebhookEvent.BUG_FOUND
T = TypeVar("T")


class OneSecret:
    async def secret(self, session_id: str, name: str) -> Mapping[str, SecretStr]:
        assert (session_id, name) == (UID, "hook")
        return {"secret": SecretStr(OWN)}


@pytest.fixture
def crawl(lab) -> Callable[..., CrawlSessionSpec]:
    """A session with these webhooks that has found some bugs and finished."""

    def crawl(*webhooks: dict[str, Any], bugs: int = 3) -> CrawlSessionSpec:
        spec = CrawlSessionSpec.model_validate({"url": "http://shop.test/", "webhooks": webhooks})
        spec_json = spec.model_dump_json(by_alias=True)
        order = DispatchOrder(UID, "web", "shop", 1, 1, spec_json, 1, wanted_entries(spec))
        lab.control(lambda control: control.dispatch(order))
        fence = LeaseStore(lab.client, lab.keys).acquire(UID, 1, 0, "worker-a").fence
        assert fence is not None

        async def work(client) -> None:
            found = tuple(finding(n) for n in range(bugs))
            page = PageResult(url="http://shop.test/", end=PageEnd.LOADED)
            record = PageRecord(page=page, findings=found, recorded_at=await redis_time(client))
            await RedisFrontier(client, lab.keys, fence, LIMITS).record_page(record)
            await Finisher(client, lab.keys, fence, LIMITS).finish(Outcome.PASSED, {})

        with_redis(lab, work)
        return spec

    return crawl


def finding(number: int) -> Finding:
    return Finding(
        fingerprint=f"{number:016x}",
        kind="broken-link",
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"Grüße {number}",
        url="http://shop.test/",
    )


def with_redis(lab, work: Callable[[Any], Awaitable[T]]) -> T:
    async def run() -> T:
        client = connect_async(lab.redis_url)
        try:
            return await work(client)
        finally:
            await client.aclose()

    return asyncio.run(run())


def tell(lab, *messages: WebhookMessage, policy: EgressPolicy = HERE) -> list[str]:
    """What becomes of the messages, one after the other."""

    async def work(client) -> list[str]:
        async with Outbound(policy) as outbound:
            sender = Sender(client, lab.keys, outbound, OneSecret())
            return [await sender.send(message) for message in messages]

    return with_redis(lab, work)


def delivered(lab) -> Delivery:
    return with_redis(lab, lambda client: DeliveryBook(client, lab.keys).of(UID)).by_kind["webhook"]


def found(*numbers: int, webhook: int = 0) -> WebhookMessage:
    return WebhookMessage(UID, webhook, FOUND, tuple(f"{n:016x}" for n in numbers))


def event(event: WebhookEvent, webhook: int = 0) -> WebhookMessage:
    return WebhookMessage(UID, webhook, event)


def verified(receiver: Receiver) -> list[Any]:
    """What arrived, by the library's own verifier and the published schema."""
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    said = [Webhook(OWN).verify(one.body, one.headers) for one in receiver.received]
    for each in said:
        schema.validate(each)
    return said


def test_what_arrives_is_signed_and_says_what_happened(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url, "secretRef": {"name": "hook"}})
    assert tell(lab, event(STARTED), found(0, 1), event(FINISHED)) == ["told"] * 3
    start, bugs, end = verified(receiver)
    assert [one["type"] for one in (start, bugs, end)] == ["session.started", "bug.found", "session.finished"]
    assert start["data"]["session"] == {"uid": UID, "namespace": "web", "name": "shop", "url": "http://shop.test/"}
    assert [bug["title"] for bug in bugs["data"]["bugs"]] == ["Grüße 0", "Grüße 1"]
    assert (end["data"]["phase"], end["data"]["outcome"], end["data"]["bugs"]["high"]) == ("Completed", "Passed", 3)
    assert receiver.received[0].headers["content-type"] == "application/json"
    assert len(set(receiver.ids())) == 3
    assert (delivered(lab).done, delivered(lab).pending) == (4, 0)


def test_without_a_secret_nothing_is_signed(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    tell(lab, event(STARTED))
    assert "webhook-signature" not in receiver.received[0].headers
    assert receiver.received[0].headers["webhook-id"].startswith("msg_")


def test_a_message_that_comes_twice_is_told_once(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    assert tell(lab, event(STARTED), event(STARTED), found(0, 1), found(1, 0)) == [
        "told",
        "told before",
        "told",
        "told before",
    ]
    assert len(receiver.received) == 2


def test_of_bugs_that_are_gathered_anew_after_a_crash_only_the_untold_ones_are_told(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    tell(lab, found(0, 1), found(0, 1, 2))
    assert [[bug["title"] for bug in json.loads(one.body)["data"]["bugs"]] for one in receiver.received] == [
        ["Grüße 0", "Grüße 1"],
        ["Grüße 2"],
    ]
    assert delivered(lab).done == 3


def test_what_failed_is_told_again_under_its_old_id_with_the_same_body(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    receiver.will(500, 429)
    for error in (IntegrationUnavailable, IntegrationUnavailable):
        with pytest.raises(error):
            tell(lab, found(0))
    assert tell(lab, found(0)) == ["told"]
    assert len(set(receiver.ids())) == 1
    assert len({one.body for one in receiver.received}) == 1


def test_who_asks_for_time_is_given_it(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    receiver.will(Scripted(429, {"retry-after": "77"}))
    with pytest.raises(IntegrationPaused) as paused:
        tell(lab, event(STARTED))
    assert paused.value.seconds == 77


def test_who_is_gone_hears_nothing_more_and_others_do(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url}, {"url": receiver.url})
    receiver.will(410)
    with pytest.raises(IntegrationRefused, match="410 Gone"):
        tell(lab, event(STARTED))
    assert tell(lab, found(0, 1), event(FINISHED), event(FINISHED, webhook=1)) == ["closed", "closed", "told"]
    assert len(receiver.received) == 2
    assert (delivered(lab).failed, delivered(lab).done) == (3, 1)


def test_a_redirect_is_not_followed(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    receiver.will(Scripted(307, {"location": receiver.url}))
    with pytest.raises(IntegrationRefused, match="redirects are not followed"):
        tell(lab, event(STARTED))
    assert len(receiver.received) == 1


def test_a_receiver_that_does_not_answer_is_not_waited_for(lab, crawl, receiver, monkeypatch) -> None:
    monkeypatch.setattr(send, "TIMEOUT_SECONDS", 0.3)
    crawl({"url": receiver.url})
    receiver.will(Scripted(hangs=True))
    with pytest.raises(IntegrationUnavailable, match=r"did not answer in 0\.3 s"):
        tell(lab, event(STARTED))


def test_an_answer_without_end_is_not_read(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    receiver.will(Scripted(200, body=b"x" * 5_000_000))
    assert tell(lab, event(STARTED)) == ["told"]


def test_no_error_shows_more_of_an_address_than_its_host(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    receiver.will(404)
    with pytest.raises(IntegrationRefused) as refused:
        tell(lab, event(STARTED))
    assert receiver.host in str(refused.value)
    assert "T0KEN" not in str(refused.value)


def test_an_address_that_the_guard_forbids_is_refused(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    with pytest.raises(EgressRefused):
        tell(lab, event(STARTED), policy=EgressPolicy.parse())
    assert receiver.received == []


def test_a_session_that_is_gone_is_not_told_of(lab, crawl, receiver) -> None:
    crawl({"url": receiver.url})
    lab.control(lambda control: control.delete(UID))
    assert tell(lab, event(STARTED)) == ["gone"]
    assert lab.client.exists(*lab.keys.session(UID).all()) == 0


class TestByAWorker:
    """The same by a worker of the queue tickets, with waits that a test can wait for."""

    @pytest.fixture(autouse=True)
    def worker(self, lab) -> None:
        lab.start_worker("tickets", 2, RETRY_SECONDS="0.05", BUGHIVE_EGRESS_ALLOW_CIDRS="127.0.0.1")

    @pytest.fixture
    def post(self, lab) -> Callable[..., None]:
        """Send what follows from these entries, as the operator does."""

        def post(spec: CrawlSessionSpec, *kinds: str) -> None:
            async def expect(control: SessionControl) -> None:
                for task in tasks:
                    await control.delivery_book().expect(UID, task.delivers, task.items)

            tasks = tasks_of(UID, [OutboxEntry(kind=kind, body="0" * 16) for kind in kinds], spec)
            lab.control(expect)
            for task in tasks:
                lab.app.send_task(task.name, kwargs={"session_id": UID, **task.arguments}, task_id=task.id)

        return post

    def test_what_may_pass_is_tried_again_under_one_id_until_it_is_taken(self, lab, crawl, post, receiver) -> None:
        receiver.will(500, 503, Scripted(429, {"retry-after": "0"}))
        post(crawl({"url": receiver.url}), "started")
        lab.wait("it is taken", lambda: delivered(lab).done == 1)
        assert len(receiver.received) == 4
        assert len(set(receiver.ids())) == 1
        assert (delivered(lab).pending, delivered(lab).failed) == (0, 0)

    def test_after_the_sixth_try_it_is_a_dead_letter_and_its_replay_mends_it(self, lab, crawl, post, receiver) -> None:
        receiver.will(*[500] * 6)
        post(crawl({"url": receiver.url}), "finished")
        letters = DeadLetters(lab.client, lab.keys)
        lab.wait("the letter", lambda: letters.count() == 1)
        lab.wait("it is noted", lambda: delivered(lab).failed == 1)
        (filed,) = letters.all()
        assert (filed.letter.reason, filed.letter.tries) == (LetterReason.OUT_OF_TRIES, 6)
        assert len(receiver.received) == 6
        assert delivered(lab).error == f"{receiver.host} answered 500 Internal Server Error"
        letter = filed.letter
        lab.app.send_task(letter.task, kwargs=letter.named_arguments, task_id=letter.task_id)
        lab.wait("it is taken", lambda: (delivered(lab).done, delivered(lab).failed) == (1, 0))
        assert len(set(receiver.ids())) == 1

    def test_what_cannot_be_told_is_given_up_at_once_and_says_what_to_mend(self, lab, crawl, post, receiver) -> None:
        receiver.will(404)
        spec = crawl({"url": receiver.url}, {"url": "https://10.0.0.1/hooks/T0KEN"})
        post(spec, "started")
        letters = DeadLetters(lab.client, lab.keys)
        lab.wait("both letters", lambda: letters.count() == 2)
        assert {filed.letter.reason for filed in letters.all()} == {LetterReason.PERMANENT_ERROR}
        assert {filed.letter.tries for filed in letters.all()} == {1}
        lab.wait("both are noted", lambda: delivered(lab).failed == 2)
        assert any("BUGHIVE_EGRESS_ALLOW" in filed.letter.error for filed in letters.all())
        assert not any("T0KEN" in filed.letter.model_dump_json() for filed in letters.all())

    def test_copies_of_a_message_that_run_at_once_do_no_harm(self, lab, crawl, post, receiver) -> None:
        spec = crawl({"url": receiver.url})
        for _ in range(5):
            post(spec, "started", "bug", "finished")
        lab.wait("all is taken", lambda: delivered(lab).done == 3)
        lab.wait("the queue is empty", lambda: lab.client.llen(f"{lab.keys.celery}tickets:3") == 0)
        assert len(set(receiver.ids())) == 3
        assert (delivered(lab).pending, delivered(lab).failed) == (0, 0)

"""Messages that come several times, too late, or make no sense."""

import base64
import json
import time

import pytest

from bughive_crds.crawl_session import Phase
from bughive_protocol.messages import RUN_CRAWL_SESSION


def queue(installation) -> str:
    return f"{installation.keys.celery}crawl"


@pytest.fixture
def drained(place):
    """Waits until every message of this test was taken and acknowledged.

    Those that killed workers of earlier tests held stay unacknowledged for hours.
    """
    installation = place.installation

    def unacked():
        return set(installation.redis.hkeys(f"{installation.keys.celery}unacked:crawl"))

    earlier = unacked()

    def wait() -> None:
        installation.wait(
            "no message is left",
            lambda: not installation.redis.llen(queue(installation)) and unacked() <= earlier,
            30,
        )

    return wait


def test_five_copies_are_one_crawl(place, drained) -> None:
    session = place.apply("copies")
    session.wait("is sent", lambda: session.status.attempt)
    for _ in range(5):
        session.send(1)
    session.ends_whole()
    drained()
    assert place.installation.redis.hget(session.keys.lease, "epoch:0") == "1"


def test_a_message_of_an_attempt_that_is_over_changes_nothing(place, drained) -> None:
    session = place.begin("stale", pages=240)  # a worker is told to suspend within 5 s
    session.change(suspend=True)
    session.reaches(Phase.SUSPENDED)
    session.send(1)
    drained()
    assert not session.leased
    session.change(suspend=False)
    session.wait("goes on", lambda: session.status.attempt == 2 and session.leased)
    session.send(1)
    session.ends_whole(attempt=2)
    drained()


def test_a_replay_after_the_end_changes_nothing(place, drained) -> None:
    session = place.apply("replayed", pages=10)
    before = session.ends_whole()
    for attempt in (1, 2):
        session.send(attempt)
    drained()
    assert session.ends_whole() == before


def envelope(body: object, task: str = RUN_CRAWL_SESSION, **properties: object) -> str:
    """A message as Celery writes it."""
    text = body if isinstance(body, str) else base64.b64encode(json.dumps(body).encode()).decode()
    return json.dumps(
        {
            "body": text,
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": {"task": task, "id": "a-test", "root_id": "a-test", "argsrepr": "()", "kwargsrepr": "{}"},
            "properties": {
                "correlation_id": "a-test",
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": "crawl"},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": "a-test-tag",
                **properties,
            },
        }
    )


EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
BAD = {
    "an unknown task": envelope([[], {}, EMBED], task="bughive.unheard_of"),
    "no arguments": envelope([[], {}, EMBED]),
    "arguments of another kind": envelope([[None, {"a": 1}, "zero"], {}, EMBED]),
    "a session that nobody knows": envelope([["no-such-session", 1, 0], {}, EMBED]),
    "a body that is no JSON": envelope(base64.b64encode(b"{nonsense").decode()),
    "a body that is no base64": envelope("%%%"),
    "no body": json.dumps({"headers": {}, "properties": {"delivery_tag": "x"}}),
    "no JSON": "nonsense",
    "no text": b"\xff\xfe\x00",
}


def test_messages_that_make_no_sense_harm_nobody(place, recovery, drained) -> None:
    """One that cannot be read at all ends the worker that took it, once; its sessions go on elsewhere."""
    installation = place.installation
    session = place.begin("bystander", pages=80)
    at = time.monotonic()
    for bad in BAD.values():
        installation.redis.lpush(queue(installation), bad)
    late = place.apply("late", pages=5)
    late.wait("is begun", lambda: late.recorded)
    recovered = time.monotonic() - at
    late.ends_whole()
    recovery.note(f"{len(BAD)} messages that make no sense", recovered, session.ends_whole(attempt=None))
    drained()

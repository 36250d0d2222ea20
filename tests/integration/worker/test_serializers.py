"""JSON and MessagePack, each on both sides of the queue: during a change-over they are mixed."""

import pytest

from bughive_protocol.broker import make_app
from bughive_protocol.messages import (
    CLEANUP_OLD_SESSIONS,
    CREATE_GITHUB_ISSUE,
    CREATE_LINEAR_TICKET,
    HEALTH,
    OPEN_TICKETS,
    ROUTES,
    RUN_CRAWL_SESSION,
    SEND_WEBHOOK,
    UPLOAD_SCREENSHOT,
    crawl_task_id,
)
from bughive_protocol.queues import MEDIA, TICKETS
from bughive_protocol.settings import RedisSettings, Serializer

OF_A_BUG = {"session_id": "gone", "fingerprint": "f"}
OF_A_SESSION_THAT_IS_GONE = {
    SEND_WEBHOOK: ({"session_id": "gone", "webhook": 0, "event": "bug.found", "fingerprints": ("f", "g")}, "gone"),
    OPEN_TICKETS: ({"session_id": "gone", "tracker": "linear"}, 0),
    CREATE_LINEAR_TICKET: (OF_A_BUG, None),
    CREATE_GITHUB_ISSUE: (OF_A_BUG, None),
    UPLOAD_SCREENSHOT: (OF_A_BUG, None),
}
"""Each with its arguments, and what it answers."""
MIXES = [(sender, worker) for sender in Serializer for worker in Serializer]


def sending(lab, serializer):
    """An operator's app that writes by this serializer, on the lab's Redis."""
    return make_app(
        RedisSettings(redis_url=lab.redis_url, redis_key_prefix=lab.prefix, celery_task_serializer=serializer)
    )


def test_every_task_is_among_those_that_are_tried():
    assert set(ROUTES) == {RUN_CRAWL_SESSION, CLEANUP_OLD_SESSIONS, HEALTH, *OF_A_SESSION_THAT_IS_GONE}


@pytest.mark.parametrize(("sender", "worker"), MIXES)
def test_short_tasks_are_understood_and_answered(lab, sender, worker):
    lab.start_worker("default", CELERY_TASK_SERIALIZER=worker)
    with sending(lab, sender) as app:
        assert app.send_task(HEALTH).get(timeout=30)["worker"].startswith("default.")
        cleaned = app.send_task(CLEANUP_OLD_SESSIONS, kwargs={"dry_run": True}).get(timeout=30)
    assert (cleaned["dry_run"], cleaned["kept"], cleaned["names"]) == (True, 0, [])


@pytest.mark.parametrize("queue", [TICKETS, MEDIA], ids=lambda queue: queue.name)
@pytest.mark.parametrize(("sender", "worker"), MIXES)
def test_what_is_told_of_a_session_that_is_gone_is_understood(lab, sender, worker, queue):
    lab.start_worker(queue.name, CELERY_TASK_SERIALIZER=worker)
    with sending(lab, sender) as app:
        for name, (arguments, answer) in OF_A_SESSION_THAT_IS_GONE.items():
            if ROUTES[name] is queue:
                assert app.send_task(name, kwargs=arguments).get(timeout=30) == answer, name


@pytest.mark.parametrize(("sender", "worker"), MIXES)
def test_a_session_is_crawled(lab, sender, worker):
    lab.start_worker(CELERY_TASK_SERIALIZER=worker)
    session_id = lab.dispatch("noop")
    task_id = crawl_task_id(session_id, 1, 0)
    with sending(lab, sender) as app:
        app.send_task(RUN_CRAWL_SESSION, kwargs={"session_id": session_id, "attempt": 1, "shard": 0}, task_id=task_id)
    lab.wait("the verdict", lambda: lab.observe(session_id).verdict)
    assert lab.result(task_id) == "Finished"


@pytest.mark.parametrize("serializer", Serializer)
def test_what_is_sent_is_written_as_the_setting_says(lab, serializer):
    with sending(lab, serializer) as app:
        app.send_task(HEALTH)
        with app.connection_for_read() as connection:
            queue = connection.SimpleQueue("default", no_ack=True, accept=list(Serializer))
            message = queue.get(timeout=5)
    assert message.content_type == {"json": "application/json", "msgpack": "application/x-msgpack"}[serializer]

"""JSON and MessagePack, each on both sides of the queue: during a change-over they are mixed."""

import pytest

from bughive_protocol.broker import make_app
from bughive_protocol.messages import (
    CLEANUP_OLD_SESSIONS,
    HEALTH,
    ROUTES,
    RUN_CRAWL_SESSION,
    UPLOAD_SCREENSHOT,
    crawl_task_id,
)
from bughive_protocol.settings import RedisSettings, Serializer

MIXES = [(sender, worker) for sender in Serializer for worker in Serializer]


def sending(lab, serializer):
    """An operator's app that writes by this serializer, on the lab's Redis."""
    return make_app(
        RedisSettings(redis_url=lab.redis_url, redis_key_prefix=lab.prefix, celery_task_serializer=serializer)
    )


def test_every_task_is_among_those_that_are_tried():
    assert set(ROUTES) == {RUN_CRAWL_SESSION, UPLOAD_SCREENSHOT, CLEANUP_OLD_SESSIONS, HEALTH}


@pytest.mark.parametrize(("sender", "worker"), MIXES)
def test_short_tasks_are_understood_and_answered(lab, sender, worker):
    lab.start_worker("default", CELERY_TASK_SERIALIZER=worker)
    with sending(lab, sender) as app:
        assert app.send_task(HEALTH).get(timeout=30)["worker"].startswith("default.")
        cleaned = app.send_task(CLEANUP_OLD_SESSIONS, kwargs={"dry_run": True}).get(timeout=30)
    assert (cleaned["dry_run"], cleaned["kept"], cleaned["names"]) == (True, 0, [])


@pytest.mark.parametrize(("sender", "worker"), MIXES)
def test_a_picture_that_is_gone_is_understood(lab, sender, worker):
    lab.start_worker("media", CELERY_TASK_SERIALIZER=worker)
    with sending(lab, sender) as app:
        task = app.send_task(UPLOAD_SCREENSHOT, kwargs={"session_id": "gone", "fingerprint": "f"})
        assert task.get(timeout=30) is None


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

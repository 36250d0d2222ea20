"""Celery is set as long crawls need it."""

import pytest

from bughive_protocol.broker import broker_settings, make_app
from bughive_protocol.keys import Keys
from bughive_protocol.messages import CLEANUP_OLD_SESSIONS, RUN_CRAWL_SESSION
from bughive_protocol.queues import CRAWL, DEFAULT, MEDIA, QUEUES, TICKETS
from bughive_protocol.settings import RedisSettings

KEYS = Keys("hive")


@pytest.mark.parametrize("queue", QUEUES.values())
def test_a_worker_has_its_queues_limits(queue) -> None:
    settings = broker_settings(queue, KEYS)
    assert list(settings["task_queues"]) == [queue.name]
    assert settings["worker_concurrency"] == queue.concurrency
    assert settings["task_time_limit"] == queue.time_limit
    assert settings["task_soft_time_limit"] == queue.soft_time_limit
    assert settings["worker_max_tasks_per_child"] == queue.max_tasks_per_child
    assert settings["broker_transport_options"]["visibility_timeout"] == queue.visibility_timeout
    assert queue.visibility_timeout > queue.time_limit > queue.soft_time_limit
    assert settings["worker_prefetch_multiplier"] == 1
    assert settings["task_acks_late"]
    assert not settings["worker_cancel_long_running_tasks_on_connection_loss"]


def test_only_short_tasks_are_retried_by_celery_when_their_worker_is_lost() -> None:
    retried = {queue.name for queue in QUEUES.values() if broker_settings(queue, KEYS)["task_retry_on_worker_lost"]}
    assert retried == {TICKETS.name, MEDIA.name, DEFAULT.name}


def test_queues_share_no_unacked_key() -> None:
    names = ("unacked_key", "unacked_index_key", "unacked_mutex_key")
    used = [
        broker_settings(queue, KEYS)["broker_transport_options"][name] for queue in QUEUES.values() for name in names
    ]
    assert len(set(used)) == len(used) == 12


def test_sender_and_worker_agree_on_where_a_message_lies() -> None:
    sender, worker = (broker_settings(queue, KEYS)["broker_transport_options"] for queue in (None, CRAWL))
    for option in ("global_keyprefix", "sep", "priority_steps"):
        assert sender[option] == worker[option]
    assert sender["global_keyprefix"].startswith("hive:")


@pytest.mark.parametrize(("task", "queue"), [(RUN_CRAWL_SESSION, CRAWL), (CLEANUP_OLD_SESSIONS, DEFAULT)])
def test_a_task_is_routed_by_its_name(task, queue) -> None:
    app = make_app(RedisSettings())
    route = app.amqp.router.route({}, task)
    assert (route["queue"].name, route["priority"]) == (queue.name, queue.priority)

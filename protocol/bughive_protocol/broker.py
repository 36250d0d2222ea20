"""Celery's settings. They are code, not deployment, so that no installation can be without them.

A wrong one loses tasks: docs/architecture.md says why the message is only a hint all the same.
"""

from typing import Any

from celery import Celery

from bughive_protocol.connections import (
    CONNECT_TIMEOUT_SECONDS,
    HEALTH_CHECK_SECONDS,
    KEEPALIVE,
    SOCKET_TIMEOUT_SECONDS,
)
from bughive_protocol.keys import Keys
from bughive_protocol.messages import ROUTES
from bughive_protocol.queues import DEFAULT, QUEUES, Queue
from bughive_protocol.settings import RedisSettings, Serializer

SEPARATOR = ":"
PRIORITY_STEPS = [0, 3, 6, 9]
"""One Redis list each: ``crawl``, ``crawl:3``, ``crawl:6``, ``crawl:9``; 0 is served first."""
RESULT_SECONDS = 86_400
DRAIN_SECONDS = 25
"""How long a worker that is told to stop lets its tasks hand over."""


def make_app(settings: RedisSettings, queue: Queue | None = None) -> Celery:
    """The Celery app of a worker of ``queue``, or one that only sends."""
    app = Celery("bughive", broker=settings.celery_broker_url, backend=settings.celery_result_backend)
    app.conf.update(broker_settings(queue, Keys(settings.redis_key_prefix), settings.celery_task_serializer))
    return app


def broker_settings(queue: Queue | None, keys: Keys, serializer: Serializer = Serializer.JSON) -> dict[str, Any]:
    """Celery's settings for a process that serves ``queue``; None: it only sends."""
    transport = {"broker_transport_options": _transport(keys, queue)}
    return _common(keys, serializer) | transport | (_consumer(queue) if queue else {})


def _common(keys: Keys, serializer: Serializer) -> dict[str, Any]:
    return {
        "task_serializer": serializer.value,
        "result_serializer": "json",  # a result does not say how it is written, and its reader may have another setting
        "accept_content": [each.value for each in Serializer],
        "enable_utc": True,
        "task_routes": {name: {"queue": queue.name, "priority": queue.priority} for name, queue in ROUTES.items()},
        "task_queues": {name: {} for name in QUEUES},
        "task_default_queue": DEFAULT.name,
        "task_create_missing_queues": True,
        "task_track_started": True,
        "result_expires": RESULT_SECONDS,
        "result_backend_transport_options": {"global_keyprefix": keys.celery},
        "redis_socket_timeout": SOCKET_TIMEOUT_SECONDS,
        "redis_socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "redis_socket_keepalive": True,
        "redis_backend_health_check_interval": HEALTH_CHECK_SECONDS,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
    }


def _transport(keys: Keys, queue: Queue | None) -> dict[str, Any]:
    # retry_on_timeout stays off: redis-py would reconnect behind kombu's poller.
    shared: dict[str, Any] = {
        "global_keyprefix": keys.celery,
        "sep": SEPARATOR,
        "priority_steps": PRIORITY_STEPS,
        "queue_order_strategy": "priority",
        "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "socket_timeout": SOCKET_TIMEOUT_SECONDS,
        "socket_keepalive": True,
        "socket_keepalive_options": KEEPALIVE,
        "health_check_interval": HEALTH_CHECK_SECONDS,
    }
    if queue is None:
        return shared
    # By default all queues share the unacked keys, and the shortest visibility timeout would win.
    return shared | {
        "visibility_timeout": queue.visibility_timeout,
        "unacked_key": f"unacked{SEPARATOR}{queue.name}",
        "unacked_index_key": f"unacked_index{SEPARATOR}{queue.name}",
        "unacked_mutex_key": f"unacked_mutex{SEPARATOR}{queue.name}",
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }


def _consumer(queue: Queue) -> dict[str, Any]:
    return {
        "task_queues": {queue.name: {}},
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,
        # A crawl that was killed is the operator's to send again; elsewhere Celery's bounded retry is enough.
        "task_retry_on_worker_lost": not queue.crawls,
        "task_time_limit": queue.time_limit,
        "task_soft_time_limit": queue.soft_time_limit,
        "worker_pool": "prefork",
        "worker_concurrency": queue.concurrency,
        "worker_max_tasks_per_child": queue.max_tasks_per_child,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_soft_shutdown_timeout": DRAIN_SECONDS,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }

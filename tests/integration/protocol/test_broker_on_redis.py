"""What the operator sends lies where the workers look, on connections that cannot hang."""

import json
import socket
from collections.abc import Iterator

import pytest
from celery import Celery

from bughive_protocol.broker import make_app
from bughive_protocol.messages import CLEANUP_OLD_SESSIONS, RUN_CRAWL_SESSION
from bughive_protocol.queues import CRAWL
from bughive_protocol.settings import RedisSettings


@pytest.fixture
def redis_settings(redis_url, key_prefix) -> RedisSettings:
    return RedisSettings(redis_url=redis_url, redis_key_prefix=key_prefix)


@pytest.fixture
def sender(redis_settings) -> Iterator[Celery]:
    with make_app(redis_settings) as app:
        yield app


@pytest.fixture
def worker(redis_settings) -> Iterator[Celery]:
    with make_app(redis_settings, CRAWL) as app:
        yield app


def test_a_task_that_is_sent_by_name_lies_in_its_queues_list(sender, client, keys) -> None:
    sender.send_task(RUN_CRAWL_SESSION, args=["s", 1, 0], task_id="s-1-0")
    sender.send_task(CLEANUP_OLD_SESSIONS)
    assert client.llen(f"{keys.celery}default:6") == 1
    (message,) = client.lrange(f"{keys.celery}crawl", 0, -1)
    headers = json.loads(message)["headers"]
    assert (headers["task"], headers["id"]) == (RUN_CRAWL_SESSION, "s-1-0")


def test_a_message_may_be_more_or_less_urgent_than_its_queue(sender, worker, client, keys) -> None:
    for number, priority in enumerate((9, 0, 3)):
        sender.send_task(RUN_CRAWL_SESSION, args=["s", number, 0], priority=priority)
    lists = [f"{keys.celery}crawl{step}" for step in ("", ":3", ":6", ":9")]
    assert [client.llen(name) for name in lists] == [1, 1, 0, 1]
    with worker.connection_for_read() as connection:
        queue = connection.SimpleQueue("crawl", no_ack=True)
        assert [queue.get(timeout=5).payload[0][1] for _ in range(3)] == [1, 2, 0]


@pytest.mark.parametrize("end", ["sender", "worker"])
def test_the_sockets_that_are_opened_have_timeouts_and_keepalive(end, request) -> None:
    app = request.getfixturevalue(end)
    with app.connection_for_write() as connection:
        opened = connection.default_channel.client.connection_pool.get_connection()
        assert (opened.socket_connect_timeout, opened.socket_timeout, opened.health_check_interval) == (5, 10, 10)
        assert opened._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
        assert opened._sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


@pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")  # the call is Celery's own
def test_results_lie_under_the_installations_prefix(sender, client, keys) -> None:
    sender.backend.store_result("id-1", {"ok": True}, "SUCCESS")
    (stored,) = client.keys(f"{keys.celery}celery-task-meta-*")
    assert 86_000 < client.ttl(stored) <= 86_400

"""Every Redis connection of the product has a limit on each wait."""

import ast
import socket
from pathlib import Path

import pytest
import redis

from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.queues import QUEUES
from bughive_protocol.settings import RedisSettings

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = [ROOT / room for room in ("crds", "protocol", "operator", "worker")]
MAKERS = {"Redis", "StrictRedis", "from_url", "ConnectionPool", "BlockingConnectionPool", "Sentinel", "RedisCluster"}


@pytest.mark.parametrize("make", [connect, connect_async])
def test_our_own_connections_have_timeouts_and_keepalive(make) -> None:
    options = make("redis://127.0.0.1:1/0").connection_pool.connection_kwargs
    assert options["socket_connect_timeout"] == 5
    assert options["socket_timeout"] == 10
    assert options["health_check_interval"] == 10
    assert options["socket_keepalive"]
    assert options["socket_keepalive_options"][socket.TCP_USER_TIMEOUT] == 15_000
    assert options["decode_responses"]


def test_a_shorter_timeout_bounds_connecting_too() -> None:
    options = connect("redis://127.0.0.1:1/0", timeout=2, retries=0).connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (2, 2)


@pytest.mark.parametrize("queue", [None, *QUEUES.values()])
def test_celerys_connections_have_timeouts(queue) -> None:
    app = make_app(RedisSettings(redis_url="redis://127.0.0.1:1/0"), queue)
    broker = app.conf.broker_transport_options
    assert (broker["socket_connect_timeout"], broker["socket_timeout"], broker["health_check_interval"]) == (5, 10, 10)
    assert broker["socket_keepalive"]
    assert broker["socket_keepalive_options"][socket.TCP_USER_TIMEOUT] == 15_000
    assert "retry_on_timeout" not in broker
    assert (app.backend.connparams["socket_connect_timeout"], app.backend.connparams["socket_timeout"]) == (5, 10)


def test_connecting_to_nobody_fails_with_an_error_and_does_not_hang() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with connect(f"redis://127.0.0.1:{port}/0", retries=0) as client, pytest.raises(redis.ConnectionError):
            client.ping()


def test_nothing_else_in_the_product_makes_a_redis_client() -> None:
    sources = [path for room in PRODUCT for path in room.rglob("*.py") if path.name != "connections.py"]
    assert len(sources) > 20
    made = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _name(node.func) in MAKERS
    ]
    assert made == []


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""

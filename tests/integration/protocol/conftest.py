"""Clients, keys and a session of its own for each test."""

import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import redis
import redis.asyncio

from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.lease_store import LeaseStore

SHORT_TTL = 0.15
"""Seconds; a lease that a test lets run out."""


@pytest.fixture
def keys(key_prefix: str) -> Keys:
    return Keys(key_prefix)


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with connect(redis_url) as opened:
        yield opened


@pytest.fixture
async def async_client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with connect_async(redis_url) as opened:
        yield opened


@pytest.fixture
def session_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def control(async_client: redis.asyncio.Redis, keys: Keys) -> SessionControl:
    return SessionControl(async_client, keys)


@pytest.fixture
def leases(client: redis.Redis, keys: Keys) -> LeaseStore:
    return LeaseStore(client, keys)


@pytest.fixture
def short_leases(client: redis.Redis, keys: Keys) -> LeaseStore:
    return LeaseStore(client, keys, ttl_seconds=SHORT_TTL)


@pytest.fixture
def order() -> Callable[..., DispatchOrder]:
    def order(session_id: str, attempt: int = 1, generation: int = 1, shards: int = 1) -> DispatchOrder:
        spec_json = '{"url":"http://shop.test/"}'
        return DispatchOrder(session_id, "default", "shop", attempt, generation, spec_json, shards)

    return order


@pytest.fixture
def eventually() -> Callable[..., Any]:
    def eventually(condition: Callable[[], Any], seconds: float = 5) -> Any:
        """The condition's first true value; fails when it stays false."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.01)
        return value

    return eventually


@pytest.fixture
async def fence(control: SessionControl, leases: LeaseStore, session_id: str, order) -> Fence:
    """The fence of a worker that holds the lease of a dispatched session."""
    await control.dispatch(order(session_id))
    acquired = leases.acquire(session_id, 1, 0, "worker-a")
    assert acquired.fence is not None
    return acquired.fence

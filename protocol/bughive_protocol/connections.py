"""How the product connects to Redis: always with a limit on each wait.

A connect() without a timeout can leave a socket that polls as broken for ever, and a connection
that died in silence is only noticed by keepalive and TCP_USER_TIMEOUT. So nothing else in the product
makes a Redis client. Answers are decoded to ``str``; the only binary values are pictures, and their reader
asks for bytes.
"""

import socket
from typing import Any

import redis
import redis.asyncio
import redis.asyncio.retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

CONNECT_TIMEOUT_SECONDS = 5.0
SOCKET_TIMEOUT_SECONDS = 10.0
"""Bounds every command; larger than the longest blocking one."""
HEALTH_CHECK_SECONDS = 10
KEEPALIVE = {
    socket.TCP_KEEPIDLE: 10,
    socket.TCP_KEEPINTVL: 5,
    socket.TCP_KEEPCNT: 3,
    socket.TCP_USER_TIMEOUT: 15_000,
}
"""A peer that vanished without a word is given up after 15 s (Linux constants; the last is in ms)."""
RETRIES = 3
"""How often a command is sent again after a broken connection. Every script may be repeated safely."""


def _options(timeout: float) -> dict[str, Any]:
    return {
        "socket_connect_timeout": min(CONNECT_TIMEOUT_SECONDS, timeout),
        "socket_timeout": timeout,
        "socket_keepalive": True,
        "socket_keepalive_options": KEEPALIVE,
        "health_check_interval": HEALTH_CHECK_SECONDS,
        "decode_responses": True,
        "protocol": 3,
    }


def _backoff() -> ExponentialWithJitterBackoff:
    return ExponentialWithJitterBackoff(base=0.05, cap=1)


def connect(url: str, *, timeout: float = SOCKET_TIMEOUT_SECONDS, retries: int = RETRIES) -> redis.Redis:
    """A blocking client. ``timeout`` bounds each command, in seconds. Nothing is sent before the first command.

    Raises:
        ValueError: ``url`` is not a redis://, rediss:// or unix:// address.
    """
    return redis.Redis.from_url(url, retry=Retry(_backoff(), retries), **_options(timeout))


def connect_async(url: str, *, timeout: float = SOCKET_TIMEOUT_SECONDS, retries: int = RETRIES) -> redis.asyncio.Redis:
    """A client for an event loop; else as ``connect``."""
    return redis.asyncio.Redis.from_url(url, retry=redis.asyncio.retry.Retry(_backoff(), retries), **_options(timeout))

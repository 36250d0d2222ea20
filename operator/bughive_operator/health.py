"""Whether the operator's loops still turn: a process that is there may yet hang."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from bughive_operator.listening import listening


class Heartbeat:
    """The last sign of life of one loop. It may beat in one thread and be read in another."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> None:
        """The loop turns."""
        self._last = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._last


class Health:
    """The ages of what has to go on, in seconds, by a name that says what is wrong when one grows too high."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._ages: dict[str, Callable[[], float]] = {}

    def watch(self, complaint: str, age: Callable[[], float]) -> None:
        """Have an eye on one more loop."""
        self._ages[complaint] = age

    def complaint(self) -> str | None:
        """What has not gone on for too long, so that the process is better started anew; None: all is well."""
        for complaint, age in self._ages.items():
            if (seconds := age()) > self._limit:
                return f"{complaint} for {seconds:.0f} s"
        return None


@asynccontextmanager
async def answering(health: Health, endpoint: str) -> AsyncIterator[None]:
    """Answer liveness probes at a URL such as ``http://0.0.0.0:8080/healthz``; nowhere where it is empty.

    Raises:
        CannotStart: the address cannot be listened on.
    """
    if not endpoint:
        yield
        return

    async def answer(_: web.Request) -> web.Response:
        complaint = health.complaint()
        status = HTTPStatus.OK if complaint is None else HTTPStatus.SERVICE_UNAVAILABLE
        return web.Response(text=f"{complaint or 'turning'}\n", status=status)

    app = web.Application()
    app.router.add_get(urlsplit(endpoint).path or "/", answer)
    async with listening(app, endpoint, "HEALTH_ENDPOINT"):
        yield

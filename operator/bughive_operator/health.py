"""Whether the operator's loops still turn: a process that is there may yet hang."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from bughive_operator.listening import listening
from bughive_operator.metrics_page import PATH, metrics_page


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
    """The ages of what has to go on, in seconds, and what is wrong when one grows too high."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._complaints: dict[str, str] = {}
        self._ages: dict[str, Callable[[], float]] = {}

    def watch(self, loop: str, complaint: str, age: Callable[[], float]) -> None:
        """Have an eye on one more loop; ``loop`` is its name in the metrics."""
        self._complaints[loop] = complaint
        self._ages[loop] = age

    def ages(self) -> dict[str, float]:
        """How old each loop is, in seconds, by its name."""
        return {loop: age() for loop, age in self._ages.items()}

    def complaint(self) -> str | None:
        """What has not gone on for too long, so that the process is better started anew; None: all is well."""
        for loop, seconds in self.ages().items():
            if seconds > self._limit:
                return f"{self._complaints[loop]} for {seconds:.0f} s"
        return None


@asynccontextmanager
async def answering(
    health: Health, endpoint: str, refresh_gauges: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Answer liveness probes at a URL such as ``http://0.0.0.0:8080/healthz``, and scrapes at ``/metrics`` beside it.

    Where the URL is empty: nowhere.

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
    app.router.add_get(PATH, metrics_page(refresh_gauges))
    async with listening(app, endpoint, "HEALTH_ENDPOINT"):
        yield

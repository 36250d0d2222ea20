"""``health``: what a worker can say of itself through the broker, so an answer shows that the whole way works."""

import time
from importlib.metadata import version

from celery import Celery, Task

from bughive_protocol.connections import connect
from bughive_protocol.errors import BrowserUnavailable
from bughive_protocol.messages import HEALTH
from bughive_worker.browser.chromium import find_chromium
from bughive_worker.settings import WorkerSettings

COMPONENTS = ("bughive", "celery", "kombu", "redis", "playwright", "langgraph")


def register(app: Celery, settings: WorkerSettings) -> None:
    """Add the task."""

    @app.task(name=HEALTH, bind=True)  # type: ignore[untyped-decorator]  # Celery has no types
    def health(task: Task) -> dict[str, object]:
        return {
            "worker": task.request.hostname,
            "versions": {name: version(name) for name in COMPONENTS},
            "redis_round_trip_ms": round(_redis_round_trip(settings.redis_url) * 1000, 2),
            "browser": _browser(settings.chromium),
        }


def _redis_round_trip(url: str) -> float:
    with connect(url) as client:
        client.ping()
        started = time.monotonic()
        client.ping()
        return time.monotonic() - started


def _browser(chosen: str) -> str | None:
    try:
        return find_chromium(chosen, "")
    except BrowserUnavailable:
        return None

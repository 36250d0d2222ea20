"""The page that Prometheus scrapes, beside the liveness probe."""

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, disable_created_metrics
from prometheus_client.aiohttp import make_aiohttp_handler

from bughive_operator.metrics import REGISTRY

PATH = "/metrics"


def metrics_page(refresh: Callable[[], None]) -> Handler:
    """The handler of ``/metrics``; it lets ``refresh`` set the gauges first."""
    # A series more for each counter, which nobody asks for.
    disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client has no type for it
    shown = CollectorRegistry()
    shown.register(REGISTRY)
    ProcessCollector(registry=shown)
    PlatformCollector(registry=shown)
    show = make_aiohttp_handler(shown)

    async def answer(request: web.Request) -> web.StreamResponse:
        refresh()
        return await show(request)

    return answer

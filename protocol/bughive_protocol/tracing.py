"""Traces by OpenTelemetry, from dispatch to page.

Spans are made through OpenTelemetry's API, which does nothing until ``Tracing.start`` gives it somewhere to send them.
Where no collector is set, what sends them is not even imported.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bughive_protocol.messages import ROUTES, RUN_CRAWL_SESSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

CLOSE_SECONDS = 2.0
"""How long a process that ends waits for a collector to take its last spans."""

_TRACER = trace.get_tracer("bughive")
_W3C = TraceContextTextMapPropagator()
_TRACEPARENT = "traceparent"

Attributes = Mapping[str, str | int]


class Tracing:
    """Sends one process' spans to a collector. Made before a worker forks, it is started in each child."""

    def __init__(self, endpoint: str, service: str) -> None:
        """``endpoint``: the collector's address, to which ``/v1/traces`` is added; empty: nothing is ever sent."""
        self._endpoint = endpoint
        self._service = service
        self._provider: TracerProvider | None = None
        if endpoint:
            import bughive_protocol.span_export  # noqa: F401 - takes its time, so children fork with it ready

    def start(self) -> None:
        """Record spans from now on; a thread sends them. Once in a process."""
        if self._endpoint:
            from bughive_protocol.span_export import make_provider

            self._provider = make_provider(self._endpoint, self._service)
            trace.set_tracer_provider(self._provider)

    def close(self) -> None:
        """Send what is left; give up on a collector that does not take it in ``CLOSE_SECONDS``."""
        if self._provider is not None:
            # The SDK's own end waits for half a minute, and cannot be told otherwise.
            closing = threading.Thread(target=self._provider.shutdown, name="bughive-spans", daemon=True)
            closing.start()
            closing.join(CLOSE_SECONDS)


@contextmanager
def span(name: str, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """Within, work and log lines belong to a span; an error that leaves it is recorded as its own."""
    with _TRACER.start_as_current_span(name, kind=kind, attributes=attributes) as current:
        ids = {"trace_id": trace.format_trace_id(current.get_span_context().trace_id)} if current.is_recording() else {}
        with structlog.contextvars.bound_contextvars(**ids):
            yield current


@contextmanager
def session_span(name: str, kind: SpanKind, session: str, session_id: str, attempt: int) -> Iterator[Span]:
    """A span of one attempt's message: the operator sends it, a worker takes it.

    Args:
        name: what is done with the message.
        kind: PRODUCER or CONSUMER.
        session: the resource's namespace/name.
        session_id: the resource's uid.
        attempt: which dispatch of the session this is.
    """
    attributes: Attributes = {
        "bughive.session": session,
        "bughive.session_id": session_id,
        "bughive.attempt": attempt,
        "messaging.destination.name": ROUTES[RUN_CRAWL_SESSION].name,
    }
    with span(name, attributes, kind) as current:
        yield current


def trace_headers() -> dict[str, str]:
    """What a message says of the span that sends it, as W3C Trace Context has it. Empty: nothing is traced."""
    headers: dict[str, str] = {}
    _W3C.inject(headers)
    return headers


@contextmanager
def continued(traceparent: object) -> Iterator[None]:
    """Within, spans go on with the trace that a message names; where it names none that makes sense, they begin one."""
    headers = {_TRACEPARENT: traceparent} if isinstance(traceparent, str) else {}
    token = context.attach(_W3C.extract(headers))
    try:
        yield
    finally:
        context.detach(token)

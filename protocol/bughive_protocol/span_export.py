"""How spans leave the process: OpenTelemetry's SDK. Only ``tracing`` imports this, and only for a collector."""

import logging
import os
import socket
from collections.abc import Sequence
from importlib.metadata import version

import structlog
from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

SEND_SECONDS = 1.0
"""Spans are sent this long after they end, at the latest: a process that is killed takes no more with it."""
_PATH = "/v1/traces"
_CHATTY = ("opentelemetry.exporter", "opentelemetry.sdk._shared_internal")
"""Loggers that complain of every batch; ``_Exporter`` says it once."""

log = structlog.get_logger(__name__)


def make_provider(endpoint: str, service: str) -> TracerProvider:
    """Record spans, and send them to ``endpoint`` from a thread of its own, which begins here."""
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    resource = Resource.create(
        {
            "service.name": service,
            "service.version": version("bughive"),
            "service.instance.id": f"{socket.gethostname()}/{os.getpid()}",
        }
    )
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = _Exporter(endpoint.rstrip("/") + _PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=SEND_SECONDS * 1000))
    return provider


class _Exporter(SpanExporter):
    """Says once that spans are lost, and once that they are taken again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._otlp = OTLPSpanExporter(url)
        self._losing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._otlp.export(spans)
        losing = result is not SpanExportResult.SUCCESS
        if losing and not self._losing:
            log.warning("spans are lost: the collector does not take them", collector=self._url)
        if self._losing and not losing:
            log.info("the collector takes spans again", collector=self._url)
        self._losing = losing
        return result

    def shutdown(self) -> None:
        self._otlp.shutdown()

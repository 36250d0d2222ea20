"""Traces go along with a message, cost nothing where nobody wants them, and never fail what they tell of."""

import logging
import subprocess
import sys
from importlib.metadata import version

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from bughive_dev.ports import free_ports
from bughive_protocol import span_export, tracing
from bughive_protocol.tracing import Tracing, continued, session_span, span, trace_headers

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Spans are recorded, and are here when they have ended."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_TRACER", provider.get_tracer("test"))
    return exporter


def test_what_takes_the_message_is_a_child_of_what_sent_it(ended) -> None:
    with session_span("dispatch", SpanKind.PRODUCER, "shop/nightly", "uid", 2):
        headers = trace_headers()
    with continued(headers["traceparent"]), session_span("crawl", SpanKind.CONSUMER, "shop/nightly", "uid", 2):
        pass
    sent, taken = ended.get_finished_spans()
    assert taken.parent.span_id == sent.context.span_id
    assert taken.context.trace_id == sent.context.trace_id
    assert dict(taken.attributes) == {
        "bughive.session": "shop/nightly",
        "bughive.session_id": "uid",
        "bughive.attempt": 2,
        "messaging.destination.name": "crawl",
    }


def test_outside_of_spans_a_message_says_nothing(ended) -> None:
    assert trace_headers() == {}
    with continued(f"00-{TRACE}-{PARENT}-01"):
        assert trace_headers() == {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    assert trace_headers() == {}
    assert ended.get_finished_spans() == ()


@pytest.mark.parametrize(
    "traceparent",
    [
        *(None, "", "garbage", 7, b"00-", {}, [f"00-{TRACE}-{PARENT}-01"], "\x00", "0" * 100_000),
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{PARENT}-01",
    ],
)
def test_a_message_with_no_or_a_garbled_parent_begins_a_trace(ended, traceparent: object) -> None:
    with continued(traceparent), span("crawl", {}):
        pass
    (begun,) = ended.get_finished_spans()
    assert begun.parent is None


def test_an_error_that_leaves_a_span_is_recorded_as_its_own(ended) -> None:
    with pytest.raises(ZeroDivisionError), span("page", {}):
        raise ZeroDivisionError
    (failed,) = ended.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert [event.attributes["exception.type"] for event in failed.events] == ["ZeroDivisionError"]


def test_log_lines_within_carry_the_trace(ended) -> None:
    with span("crawl", {}):
        assert structlog.contextvars.get_contextvars() == {
            "trace_id": trace.format_trace_id(trace.get_current_span().get_span_context().trace_id)
        }
    assert structlog.contextvars.get_contextvars() == {}
    assert len(ended.get_finished_spans()) == 1


def test_without_a_collector_what_sends_spans_is_not_even_imported() -> None:
    program = """
import sys, threading
import bughive_operator.main, bughive_worker.app, bughive_worker.runtime.site_work
import structlog
from bughive_protocol.tracing import Tracing, span, trace_headers
tracing = Tracing("", "test")
tracing.start()
with span("page", {"url.full": "http://shop.test/"}) as page:
    assert not page.is_recording()
    assert trace_headers() == {}
    assert structlog.contextvars.get_contextvars() == {}
tracing.close()
senders = ("opentelemetry.exporter", "bughive_protocol.span_export")
print([name for name in sys.modules if name.startswith(senders)], threading.active_count())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] 1"


def test_spans_say_which_service_and_version_they_are_of() -> None:
    program = """
from opentelemetry import trace
from bughive_protocol.tracing import Tracing
tracing = Tracing("http://127.0.0.1:1/", "bughive-worker")
tracing.start()
print(trace.get_tracer_provider().resource.to_json())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert '"service.name": "bughive-worker"' in done.stdout
    assert f'"service.version": "{version("bughive")}"' in done.stdout


def test_a_dead_collector_is_spoken_of_once(ended, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.01")
    for name in span_export._CHATTY:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    with span("page", {}):
        pass
    provider = span_export.make_provider(f"http://127.0.0.1:{free_ports(1)[0]}", "test")
    exporter = provider._active_span_processor._span_processors[0].span_exporter
    with structlog.testing.capture_logs() as told:
        for _ in range(3):
            exporter.export(ended.get_finished_spans())
    provider.shutdown()
    assert [line["event"] for line in told] == ["spans are lost: the collector does not take them"]


def test_nothing_is_sent_and_nothing_waits_where_tracing_was_not_started() -> None:
    Tracing("http://127.0.0.1:1", "test").close()

"""A page's span says what its record says."""

from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from bughive_protocol import tracing
from bughive_protocol.frontier import FrontierItem, PageEnd, PageRecord, PageResult
from bughive_worker.tracing import page_span, tell_page

URL = "http://shop.test/a"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """The span of a page with this result."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_TRACER", provider.get_tracer("test"))

    def tell(page: PageResult) -> ReadableSpan:
        with page_span(FrontierItem(url=URL, depth=2)):
            tell_page(PageRecord(page=page, recorded_at=datetime.now(UTC)))
        return exporter.get_finished_spans()[-1]

    return tell


def test_a_page_that_loaded_tells_status_depth_and_findings(told) -> None:
    span = told(PageResult(url=URL, end=PageEnd.LOADED, status=404, depth=2))
    assert dict(span.attributes) == {
        "url.full": URL,
        "bughive.page.depth": 2,
        "bughive.page.end": "Loaded",
        "bughive.page.findings": 0,
        "http.response.status_code": 404,
    }
    assert span.status.status_code is StatusCode.UNSET


def test_a_page_that_could_not_be_crawled_is_an_error_with_its_reason(told) -> None:
    span = told(PageResult(url=URL, end=PageEnd.UNREACHABLE, error="net::ERR_CONNECTION_RESET"))
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "net::ERR_CONNECTION_RESET"
    assert "http.response.status_code" not in span.attributes


def test_a_download_is_no_failure(told) -> None:
    assert told(PageResult(url=URL, end=PageEnd.DOWNLOAD)).status.status_code is StatusCode.UNSET

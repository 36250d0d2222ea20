"""What the span of a visited page says."""

from contextlib import AbstractContextManager

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode

from bughive_protocol.frontier import FrontierItem, PageRecord
from bughive_protocol.tracing import span


def page_span(item: FrontierItem) -> AbstractContextManager[Span]:
    """The span of one claimed page, from here to its record."""
    return span("page", {"url.full": item.url, "bughive.page.depth": item.depth})


def tell_page(record: PageRecord) -> None:
    """Say in the page's span how the visit ended."""
    page, current = record.page, trace.get_current_span()
    current.set_attributes({"bughive.page.end": page.end, "bughive.page.findings": len(record.findings)})
    if page.status is not None:
        current.set_attribute("http.response.status_code", page.status)
    if page.end.failed:
        current.set_status(StatusCode.ERROR, page.error or page.end)

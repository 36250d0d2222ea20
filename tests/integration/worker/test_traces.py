"""A worker's spans: what they say of a failed crawl, and what becomes of them where nobody takes them."""

import socket
from collections.abc import Iterator

import pytest

from bughive_dev.ports import free_ports
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id

SENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def crawled(lab, collector, act: str, **headers: object) -> object:
    """The span of a session whose message had these headers."""
    lab.start_worker(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    session_id = lab.dispatch(act)
    task_id = crawl_task_id(session_id, 1, 0)
    lab.app.send_task(RUN_CRAWL_SESSION, (session_id, 1, 0), task_id=task_id, headers=headers)
    lab.wait("the crawl's span", lambda: collector.named("crawl", session_id))
    (span,) = collector.named("crawl", session_id)
    return span


def test_a_crawl_goes_on_with_the_trace_of_its_message(lab, collector) -> None:
    span = crawled(lab, collector, "noop", traceparent=SENT)
    assert f"00-{span.trace_id}-{span.parent}-01" == SENT
    assert not span.failed


@pytest.mark.parametrize("traceparent", [7, "garbage", {"a": ["b"]}])
def test_a_message_with_a_garbled_trace_is_worked_on_all_the_same(lab, collector, traceparent: object) -> None:
    span = crawled(lab, collector, "noop", traceparent=traceparent)
    assert span.parent == ""
    assert span.attributes["bughive.turn.end"] == "Finished"


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [("unreachable", "SiteUnreachable", "refuses connections"), ("broken", "ZeroDivisionError", "a defect")],
)
def test_a_failed_crawl_is_an_error_with_its_exception(lab, collector, act: str, error: str, says: str) -> None:
    span = crawled(lab, collector, act)
    assert says in span.failed
    assert [name.rpartition(".")[2] for name in span.exceptions] == [error]


@pytest.fixture(params=["refuses", "hears and never answers"])
def dead_collector(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a collector that takes nothing."""
    if request.param == "refuses":
        yield f"http://127.0.0.1:{free_ports(1)[0]}"
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_dead_collector_holds_up_neither_crawl_nor_shutdown(lab, dead_collector: str) -> None:
    worker = lab.start_worker(OTEL_EXPORTER_OTLP_ENDPOINT=dead_collector)
    for _ in range(3):
        session_id = lab.start("pages", max_pages=20)
        lab.wait("the verdict", lambda session_id=session_id: lab.observe(session_id).verdict)
        assert lab.observe(session_id).counts.crawled == 20
    worker.process.terminate()
    assert worker.process.wait() == 0, "a worker that does not leave in time is killed"
    log = worker.log.read_text()
    assert log.count("spans are lost") <= 1
    assert "Traceback" not in log

"""A session's trace, as a collector receives it from the real operator and the real worker."""

import pytest

from bughive_crds.crawl_session import Phase

PRODUCER, CONSUMER = 4, 5
"""Of OTLP's span kinds."""
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def variables(collector) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}


def test_one_trace_leads_from_dispatch_over_the_crawl_to_each_page(installation, collector) -> None:
    uid = installation.apply("traced", scope={"maxPages": 3}, browser={"requestsPerSecond": 50})
    installation.wait_for("traced", Phase.COMPLETED)
    installation.wait("the crawl's span", lambda: collector.named("crawl", uid))

    (crawl,) = collector.named("crawl", uid)
    installation.wait("the dispatch's span", lambda: collector.named("dispatch", uid))
    (dispatch,) = [span for span in collector.named("dispatch", uid) if span.span_id == crawl.parent]
    pages = [span for span in collector.named("page") if span.parent == crawl.span_id]
    assert {span.trace_id for span in (crawl, *pages)} == {dispatch.trace_id}
    assert dispatch.parent == ""
    assert (dispatch.service, dispatch.kind) == ("bughive-operator", PRODUCER)
    assert (crawl.service, crawl.kind) == ("bughive-worker", CONSUMER)
    attempt = {
        "bughive.session": f"{installation.namespace}/traced",
        "bughive.session_id": uid,
        "bughive.attempt": 1,
        "messaging.destination.name": "crawl",
    }
    assert dispatch.attributes == attempt
    assert crawl.attributes == {**attempt, "bughive.turn.end": "Finished"}

    assert len(pages) == 3
    assert len({span.attributes["url.full"] for span in pages}) == 3
    for page in pages:
        assert page.attributes["url.full"].startswith(installation.site)
        assert page.attributes["bughive.page.end"] == "Loaded"
        assert page.attributes["http.response.status_code"] == 200
        assert page.attributes["bughive.page.depth"] in (0, 1)
        assert page.attributes["bughive.page.findings"] >= 0
    assert [span for span in (dispatch, crawl, *pages) if span.failed] == []

    lines = [line for line in installation.log_lines("worker-crawl") if line.get("session_id") == uid]
    within = [line for line in lines if line["event"] == "session taken"]
    assert [line["trace_id"] for line in within] == [crawl.trace_id]

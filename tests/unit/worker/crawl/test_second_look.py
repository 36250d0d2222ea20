from datetime import UTC, datetime

import pytest

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import PageEnd
from bughive_worker.crawl.second_look import doubtful, failed, reproduced, seen_again
from bughive_worker.observation import NetworkEntry, PageObservation


def seen(end: PageEnd = PageEnd.LOADED, status: int | None = 200, *network: NetworkEntry) -> PageObservation:
    return PageObservation(url="http://a/", end=end, status=status, observed_at=datetime.now(UTC), network=network)


def finding(name: str, resource: str | None = None) -> Finding:
    return Finding(
        fingerprint=name,
        kind="broken-asset",
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=name,
        url="http://a/",
        resource=resource,
    )


@pytest.mark.parametrize(
    ("observation", "flaky"),
    [
        (seen(), False),
        (seen(status=404), False),
        (seen(status=500), True),
        (seen(status=503), True),
        (seen(PageEnd.TIMED_OUT), True),
        (seen(PageEnd.UNREACHABLE, None), True),
        (seen(PageEnd.DNS_FAILURE, None), True),
        (seen(PageEnd.BAD_TLS, None), False),
        (seen(PageEnd.REFUSED, None), False),
        (seen(PageEnd.TOO_LARGE), False),
    ],
)
def test_failures_that_may_pass_are_seen_twice(observation, flaky):
    assert failed(observation) is flaky


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        (seen(), seen(), True),
        (seen(status=404), seen(status=404), True),
        (seen(status=500), seen(status=500), True),
        (seen(), seen(PageEnd.REDIRECTED_AWAY), False),
        (seen(), seen(status=429), False),
        (seen(), seen(PageEnd.CRASHED), False),
        (seen(PageEnd.TIMED_OUT), seen(PageEnd.TIMED_OUT), False),
    ],
)
def test_a_second_look_may_get_something_else_than_the_page(first, again, same):
    assert seen_again(first, again) is same


def test_findings_about_requests_without_an_answer_are_in_doubt():
    observation = seen(
        PageEnd.LOADED,
        200,
        NetworkEntry("http://a/reset.js", "script", failure="net::ERR_CONNECTION_RESET"),
        NetworkEntry("http://a/busy.js#x", "script", status=503),
        NetworkEntry("http://a/gone.js", "script", status=404),
    )
    findings = [
        finding("reset", "http://a/reset.js"),
        finding("busy", "http://a/busy.js"),
        finding("gone", "http://a/gone.js"),
        finding("title"),
    ]

    assert doubtful(observation, findings) == {"reset", "busy"}


def test_what_is_not_seen_again_does_not_stand():
    findings = [finding("sure"), finding("again"), finding("once")]

    standing = reproduced(findings, {"again", "once"}, [finding("again"), finding("other")])

    assert [one.fingerprint for one in standing] == ["sure", "again"]

import pytest

from bughive_protocol.frontier import PageEnd
from bughive_worker.browser.reach import answered_by_proxy, explained, failure_at
from bughive_worker.net.failure import Failure, FailureKind
from bughive_worker.observation import NetworkEntry


def knows(kind: FailureKind):
    return lambda host, port: Failure(kind, "why") if (host, port) == ("shop.example", 80) else None


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        (FailureKind.REFUSED_BY_GUARD, PageEnd.REFUSED),
        (FailureKind.DNS, PageEnd.DNS_FAILURE),
        (FailureKind.REFUSED, PageEnd.UNREACHABLE),
        (FailureKind.RESET, PageEnd.UNREACHABLE),
        (FailureKind.TIMEOUT, PageEnd.TIMED_OUT),
    ],
)
def test_a_failure_behind_the_proxy_is_an_end(kind, end):
    assert failure_at("http://shop.example/a", knows(kind)) == (end, "why")


def test_another_host_is_not_blamed():
    assert failure_at("http://other.example/", knows(FailureKind.DNS)) is None


def test_the_proxys_answer_is_told_from_the_sites_own():
    assert answered_by_proxy("http://shop.example/", 502, knows(FailureKind.DNS)) == (PageEnd.DNS_FAILURE, "why")
    assert answered_by_proxy("http://other.example/", 502, knows(FailureKind.DNS)) is None
    assert answered_by_proxy("http://shop.example/", 200, knows(FailureKind.DNS)) is None
    assert answered_by_proxy("https://shop.example/", 502, knows(FailureKind.DNS)) is None


def test_a_resource_that_the_proxy_did_not_reach_has_a_net_error_instead_of_its_status():
    entry = NetworkEntry("http://shop.example/a.js", "script", status=502)

    assert explained(entry, knows(FailureKind.DNS)) == NetworkEntry(
        "http://shop.example/a.js", "script", failure="net::ERR_NAME_NOT_RESOLVED"
    )
    assert explained(entry, lambda _host, _port: None) == entry


def test_a_refused_resource_reads_as_blocked():
    entry = NetworkEntry("http://shop.example/a.js", "script", status=403)

    assert explained(entry, knows(FailureKind.REFUSED_BY_GUARD)).failure == "net::ERR_BLOCKED_BY_EGRESS_GUARD"

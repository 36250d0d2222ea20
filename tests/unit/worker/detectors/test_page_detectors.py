import pytest

from bughive_crds.model import Severity
from bughive_protocol.frontier import PageEnd
from bughive_worker.observation import Timings

BARE = {"content-type": "text/html"}


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (PageEnd.TIMED_OUT, "page-timeout"),
        (PageEnd.CRASHED, "page-crash"),
        (PageEnd.CRASHED_WORKER, "page-crash"),
        (PageEnd.TOO_LARGE, "page-too-large"),
        (PageEnd.REDIRECT_LOOP, "redirect-loop"),
        (PageEnd.BAD_TLS, "bad-tls"),
        (PageEnd.DNS_FAILURE, "dns-failure"),
        (PageEnd.UNREACHABLE, "page-unreachable"),
    ],
)
def test_a_page_that_could_not_be_seen_is_a_bug(finds, end, kind):

    (finding,) = finds(end=end, status=None, headers={}, template=None, error="why")
    assert finding.kind == kind
    assert {fact.label: fact.text for fact in finding.evidence}["what happened"] == "why"


@pytest.mark.parametrize("end", [PageEnd.DOWNLOAD, PageEnd.REDIRECTED_AWAY, PageEnd.REFUSED])
def test_a_page_that_is_no_page_or_not_for_us_is_no_bug(finds, end):
    assert finds(end=end, status=None) == ()


def test_a_bad_certificate_is_one_bug_of_its_host(finds):
    prints = {finds(end=PageEnd.BAD_TLS, url=f"https://www.shop.example/{name}")[0].fingerprint for name in "ab"}
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("timings", "found"),
    [
        (Timings(lcp=3_900, cls=0.2, long_tasks=1_900, ttfb=1_900), []),
        (Timings(), []),
        (Timings(lcp=4_100), [("slow-page", Severity.LOW)]),
        (Timings(lcp=12_000), [("slow-page", Severity.MEDIUM)]),
        (Timings(ttfb=2_500, lcp=4_500), [("slow-response", Severity.LOW)]),
        (Timings(ttfb=5_000, lcp=5_300), [("slow-response", Severity.MEDIUM)]),
        (Timings(ttfb=2_000, lcp=9_000), [("slow-response", Severity.LOW), ("slow-page", Severity.LOW)]),
        (Timings(cls=0.3), [("layout-shift", Severity.LOW)]),
        (Timings(cls=0.7), [("layout-shift", Severity.MEDIUM)]),
        (Timings(long_tasks=3_000), [("blocked-page", Severity.LOW)]),
    ],
)
def test_waiting_is_judged_by_what_noise_cannot_explain(finds, timings, found):
    assert [(finding.kind, finding.severity) for finding in finds(timings=timings)] == found


def test_the_measured_numbers_are_evidence(finds):
    (finding,) = finds(timings=Timings(ttfb=30, lcp=4_100, cls=0.1))
    assert finding.evidence[0].text == "first byte 30 ms, largest paint 4100 ms, CLS 0.10"


def test_a_slow_template_is_one_bug(finds):
    prints = {finds(timings=Timings(lcp=5_000), url=f"https://a.example/{name}")[0].fingerprint for name in "ab"}
    assert len(prints) == 1


def test_each_missing_header_is_a_low_bug_of_its_host(finds):
    found = finds(headers=BARE)
    assert [finding.evidence[0].text for finding in found] == [
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Strict-Transport-Security",
    ]
    assert {finding.severity for finding in found} == {Severity.LOW}
    elsewhere = finds(headers=BARE, final_url="https://www.shop.example/other", template="t2")
    assert [finding.fingerprint for finding in elsewhere] == [finding.fingerprint for finding in found]


def test_strict_transport_is_not_asked_of_a_plain_site(finds):
    found = finds(headers=BARE, final_url="http://www.shop.example/")
    assert "Strict-Transport-Security" not in {finding.evidence[0].text for finding in found}


def test_a_policy_in_the_page_counts(finds):
    found = finds(headers=BARE, dom={"content_security_policy": "default-src 'self'"})
    assert "Content-Security-Policy" not in {finding.evidence[0].text for finding in found}


@pytest.mark.parametrize("facts", [{"status": 403}, {"headers": {"content-type": "text/plain"}}, {"headers": {}}])
def test_headers_are_asked_of_pages_only(finds, facts):
    assert finds(**{"headers": BARE, **facts}) == ()

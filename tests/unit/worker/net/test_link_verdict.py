import pytest

from bughive_protocol.frontier import LinkVerdict
from bughive_worker.net.fetched import Fetched, FetchError
from bughive_worker.net.link_verdict import asks_to_slow_down, link_result, needs_get

URL = "https://shop.example/a"


def answer(what, **headers):
    if isinstance(what, FetchError):
        return Fetched(url=URL, error=what, message="why")
    return Fetched(url=URL, status=what, headers=headers)


@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        *[(status, LinkVerdict.OK) for status in (200, 204, 206, 300, 304, 399)],
        *[(status, LinkVerdict.BROKEN) for status in (400, 404, 405, 406, 410, 418, 500, 502, 503, 504, 520)],
        *[(status, LinkVerdict.UNVERIFIABLE) for status in (401, 403, 407, 408, 429, 451, 999)],
        *[(error, LinkVerdict.BROKEN) for error in (FetchError.DNS, FetchError.REFUSED, FetchError.TLS)],
        (FetchError.TIMEOUT, LinkVerdict.UNVERIFIABLE),
        (FetchError.RESET, LinkVerdict.UNVERIFIABLE),
        (FetchError.MALFORMED, LinkVerdict.UNVERIFIABLE),
        (FetchError.DNS_UNAVAILABLE, LinkVerdict.UNVERIFIABLE),
        (FetchError.TOO_MANY_REDIRECTS, LinkVerdict.UNVERIFIABLE),
        (FetchError.REFUSED_BY_GUARD, LinkVerdict.UNVERIFIABLE),
    ],
)
def test_an_answer_has_one_verdict(what, verdict):
    assert link_result(URL, answer(what)).verdict is verdict


@pytest.mark.parametrize("host", ["localhost:3000", "127.0.0.1:8000", "[::1]", "app.localhost"])
def test_a_link_to_the_visitors_own_machine_is_broken_where_the_guard_refuses_it(host):
    refused = answer(FetchError.REFUSED_BY_GUARD)
    assert link_result(f"http://{host}/a", refused).verdict is LinkVerdict.BROKEN
    assert link_result(f"http://{host}/a", answer(200)).verdict is LinkVerdict.OK
    assert link_result("http://10.0.0.1/", refused).verdict is LinkVerdict.UNVERIFIABLE


def test_a_server_that_is_away_for_now_is_not_broken():
    assert link_result(URL, answer(503, **{"retry-after": "60"})).verdict is LinkVerdict.UNVERIFIABLE


def test_every_error_has_a_verdict_and_says_why():
    for error in FetchError:
        result = link_result(URL, answer(error))
        assert result.error == f"{error}: why"
        assert result.verdict is not LinkVerdict.OK


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 500, 501, 503, 999])
def test_a_head_that_fails_is_asked_again_with_get(status):
    assert needs_get(answer(status))


@pytest.mark.parametrize("what", [200, 204, 304, 410, 429, FetchError.DNS, FetchError.TLS, FetchError.REFUSED_BY_GUARD])
def test_a_head_that_says_enough_is_not(what):
    assert not needs_get(answer(what))


def test_hosts_that_complain_are_slowed_down():
    assert asks_to_slow_down(answer(429))
    assert asks_to_slow_down(answer(503, **{"retry-after": "1"}))
    assert not asks_to_slow_down(answer(503))
    assert not asks_to_slow_down(answer(200, **{"retry-after": "1"}))

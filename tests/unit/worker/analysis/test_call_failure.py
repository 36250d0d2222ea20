from datetime import UTC, datetime

import pytest

from bughive_crds.analysis import AnalysisStop
from bughive_worker.analysis.call_failure import (
    LONGEST_WAIT,
    TRIES,
    TRIES_IN_DOUBT,
    CallFailed,
    failed_by_status,
    pause,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def failed(status: int, code: str = "", **headers: str) -> CallFailed:
    return failed_by_status(status, code, "some words", headers, NOW)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again_and_costs_only_where_a_gateway_lost_it(status):
    failure = failed(status)
    assert failure.stop is None
    assert failure.may_have_cost is (status in (502, 504))
    assert pause(1, failure) == 1.0


@pytest.mark.parametrize(
    ("status", "code", "stop"),
    [
        (401, "", AnalysisStop.KEY_REFUSED),
        (403, "", AnalysisStop.KEY_REFUSED),
        (400, "", AnalysisStop.REQUEST_REFUSED),
        (404, "", AnalysisStop.REQUEST_REFUSED),
        (413, "", AnalysisStop.REQUEST_REFUSED),
        (307, "", AnalysisStop.REQUEST_REFUSED),
        (402, "", AnalysisStop.SPEND_LIMIT_REACHED),
        (429, "enforced_spend_limit_reached", AnalysisStop.SPEND_LIMIT_REACHED),
        (429, "contract_spend_limit_reached", AnalysisStop.SPEND_LIMIT_REACHED),
        (403, "organization_on_hold", AnalysisStop.SPEND_LIMIT_REACHED),
    ],
)
def test_what_will_not_pass_stops_the_analysis_and_says_what_to_do(status, code, stop):
    failure = failed(status, code)
    assert failure.stop is stop
    assert pause(1, failure) is None
    assert f"answered {status}: some words" in failure.message
    assert failure.message.endswith(".")


def test_the_provider_is_left_alone_as_long_as_it_asks_for():
    assert pause(1, failed(429, **{"retry-after": "7"})) == 7.0
    assert pause(3, failed(529, **{"retry-after": "1"})) == 4.0
    assert pause(1, failed(429, **{"retry-after": "Thu, 01 Jan 2026 00:00:20 GMT"})) == 20.0


def test_tries_and_waits_have_an_end():
    assert pause(TRIES - 1, failed(529)) is not None
    assert pause(TRIES, failed(529)) is None
    assert pause(TRIES_IN_DOUBT, CallFailed("no answer", may_have_cost=True)) is None
    assert pause(1, failed(429, **{"retry-after": str(int(LONGEST_WAIT) + 1)})) is None

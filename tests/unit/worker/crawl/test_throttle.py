from datetime import UTC, datetime

import pytest

from bughive_protocol.frontier import PageEnd
from bughive_worker.crawl.throttle import pause, throttled
from bughive_worker.observation import PageObservation

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answered(status: int, **headers: str) -> PageObservation:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return PageObservation(url="http://a/", end=PageEnd.LOADED, status=status, headers=named, observed_at=NOW)


@pytest.mark.parametrize(
    ("observation", "asked"),
    [
        (answered(429), True),
        (answered(503, retry_after="5"), True),
        (answered(503), False),
        (answered(200, retry_after="5"), False),
        (answered(403), False),
    ],
)
def test_a_site_asks_for_patience(observation, asked):
    assert throttled(observation) is asked


def test_how_long_is_read_from_the_header():
    assert pause(answered(429, retry_after="7"), NOW) == 7
    assert pause(answered(429), NOW) is None

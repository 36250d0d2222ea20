"""What a receiver's answer means."""

from datetime import UTC, datetime

import pytest

from bughive_protocol.errors import IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_worker.net.outbound import Answer
from bughive_worker.webhooks.answers import is_gone, judge

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def told(status: int, **headers: str) -> None:
    judge(Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}), "hooks.example", NOW)


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_a_success_is_taken(status) -> None:
    told(status)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599, 101])
def test_what_may_pass_is_tried_again(status) -> None:
    with pytest.raises(IntegrationUnavailable, match=f"hooks.example answered {status}"):
        told(status)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 499])
def test_what_the_receiver_refuses_is_not(status) -> None:
    with pytest.raises(IntegrationRefused, match=f"hooks.example answered {status}"):
        told(status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_says_what_to_do(status) -> None:
    with pytest.raises(IntegrationRefused, match="set the webhook's url to where it leads"):
        told(status, location="http://127.0.0.1/")


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"),
    [(429, "17", 17), (503, "Mon, 01 Jun 2026 12:01:00 GMT", 60), (429, "0", 0), (500, "5", 5)],
)
def test_who_says_when_to_come_back_is_heard(status, retry_after, seconds) -> None:
    with pytest.raises(IntegrationPaused) as paused:
        told(status, retry_after=retry_after)
    assert paused.value.seconds == seconds


def test_a_plea_that_makes_no_sense_is_an_error_like_any_other() -> None:
    with pytest.raises(IntegrationUnavailable) as raised:
        told(503, retry_after="soon")
    assert not isinstance(raised.value, IntegrationPaused)


def test_only_gone_is_for_ever() -> None:
    assert is_gone(Answer(410))
    assert not is_gone(Answer(404))

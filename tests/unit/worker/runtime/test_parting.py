import asyncio

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from redis.exceptions import ConnectionError as RedisUnreachable
from redis.exceptions import OutOfMemoryError, ReadOnlyError

from bughive_protocol.errors import EgressRefused, FenceLost, SiteUnreachable
from bughive_protocol.lease import ReleaseReason
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.runtime.parting import Gone, Interrupted, Parting, TurnEnd, end_of_failed, end_of_stopped


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        (StopReason.LOST, Gone()),
        (StopReason.SILENT, Interrupted()),
        (StopReason.CANCEL, Parting(ReleaseReason.CANCEL)),
        (StopReason.SUSPEND, Parting(ReleaseReason.SUSPEND)),
        (StopReason.DRAIN, Parting(ReleaseReason.DRAIN)),
        (StopReason.SLICE, Parting(ReleaseReason.SLICE)),
    ],
)
def test_a_stop_on_request_is_released_with_its_reason(reason: StopReason, end: TurnEnd) -> None:
    assert end_of_stopped(reason) == end


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (
            SiteUnreachable("shop.example refuses connections"),
            Parting(ReleaseReason.ERROR, "shop.example refuses connections", error="SiteUnreachable"),
        ),
        (
            EgressRefused("10.0.0.1 is private"),
            Parting(ReleaseReason.ERROR, "10.0.0.1 is private", permanent=True, error="EgressRefused"),
        ),
        (ZeroDivisionError("oops"), Parting(ReleaseReason.ERROR, "ZeroDivisionError: oops", error="ZeroDivisionError")),
        (FenceLost("another"), Gone()),
        (RedisUnreachable("away"), Interrupted()),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'"), Interrupted()),
        (ReadOnlyError("you can't write against a read only replica"), Interrupted()),
    ],
)
def test_an_error_says_whether_trying_again_can_help(error: BaseException, end: TurnEnd) -> None:
    assert end_of_failed(error, None) == end


@pytest.mark.parametrize("error", [SoftTimeLimitExceeded(), asyncio.CancelledError()])
def test_a_crawl_over_its_time_limit_is_an_error_that_may_be_tried_again(error: BaseException) -> None:
    end = end_of_failed(error, None)
    assert isinstance(end, Parting)
    assert end.reason is ReleaseReason.ERROR
    assert not end.permanent


def test_what_breaks_while_stopping_is_no_error_of_the_session() -> None:
    assert end_of_failed(ValueError("torn down"), StopReason.SUSPEND) == Parting(ReleaseReason.SUSPEND)


def test_a_lost_fence_is_lost_whatever_else_was_asked() -> None:
    assert end_of_failed(FenceLost("another"), StopReason.DRAIN) == Gone()


def test_a_long_message_fits_into_a_condition() -> None:
    end = end_of_failed(ValueError("x" * 5000), None)
    assert isinstance(end, Parting)
    assert len(end.message) < 1024

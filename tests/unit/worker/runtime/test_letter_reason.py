"""Which failed tasks become dead letters, and why."""

import pytest
from celery.exceptions import MaxRetriesExceededError, SoftTimeLimitExceeded, WorkerLostError
from redis.exceptions import ConnectionError as RedisUnreachable

from bughive_protocol.dead_letters import LetterReason
from bughive_protocol.errors import EgressRefused, SiteUnreachable
from bughive_worker.runtime.letter_reason import letter_reason


def reason(error, tries=1, max_tries=1, takes_arguments=True, looked_after=False):
    return letter_reason(
        error, tries=tries, max_tries=max_tries, takes_arguments=takes_arguments, looked_after=looked_after
    )


@pytest.mark.parametrize(
    ("error", "tries", "expected"),
    [
        (SiteUnreachable("x"), 6, LetterReason.OUT_OF_TRIES),
        (MaxRetriesExceededError(), 6, LetterReason.OUT_OF_TRIES),
        (OSError("connection reset"), 6, LetterReason.OUT_OF_TRIES),
        (OSError("connection reset"), 1, LetterReason.UNEXPECTED_ERROR),
        (EgressRefused("x"), 6, LetterReason.PERMANENT_ERROR),
        (TypeError("in the task's body"), 1, LetterReason.UNEXPECTED_ERROR),
        (SoftTimeLimitExceeded(), 1, LetterReason.TIME_LIMIT),
    ],
)
def test_a_letter_says_why_it_is_not_tried_again(error, tries, expected):
    assert reason(error, tries, max_tries=6) is expected


def test_arguments_that_the_task_does_not_take_are_told_from_a_defect_in_it():
    assert reason(TypeError("unexpected keyword"), takes_arguments=False) is LetterReason.UNKNOWN_ARGUMENTS


@pytest.mark.parametrize("error", [RedisUnreachable(), WorkerLostError(), SoftTimeLimitExceeded()])
def test_what_the_operator_sends_again_leaves_no_letter(error):
    assert reason(error, looked_after=True) is None
    assert reason(error) is not None


def test_a_defect_leaves_a_letter_whoever_sends_it_again():
    assert reason(ZeroDivisionError(), looked_after=True) is LetterReason.UNEXPECTED_ERROR

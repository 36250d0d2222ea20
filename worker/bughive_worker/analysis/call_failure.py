"""What a failed call means: whether it may have cost, whether to try again, whether to stop asking. Pure."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from bughive_crds.analysis import AnalysisStop
from bughive_worker.net.retry_after import parse_retry_after

_SERVER_ERROR = 500
_SPENT = ("_spend_limit_reached", "organization_on_hold")
"""How the provider's codes end that say: not before someone pays or raises a limit."""
_TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_OF_A_GATEWAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""What lies behind it may have gone on working."""
_KEY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

TRIES = 4
"""How often a page is asked about before it goes without."""
TRIES_IN_DOUBT = 2
"""And where each try may have cost, and most of them took long."""
LONGEST_WAIT = 60.0
"""Seconds; where the provider asks for more, the page goes without."""


class CallFailed(Exception):
    """A call that brought no answer."""

    def __init__(
        self,
        message: str,
        stop: AnalysisStop | None = None,
        *,
        retry_after: float | None = None,
        may_have_cost: bool = False,
    ) -> None:
        """What happened, for people.

        Args:
            message: with what to do about it.
            stop: set where trying again cannot help: no page is asked about any more.
            retry_after: seconds that the provider wants to be left alone.
            may_have_cost: whether the provider may have worked on it: an error costs nothing, silence may.
        """
        super().__init__(message)
        self.message = message
        self.stop = stop
        self.retry_after = retry_after
        self.may_have_cost = may_have_cost


def failed_by_status(status: int, code: str, message: str, headers: Mapping[str, str], now: datetime) -> CallFailed:
    """What an error of the provider means.

    Args:
        status: of the answer.
        code: the provider's own, such as ``enforced_spend_limit_reached``; may be empty.
        message: the provider's words; shown to people, never decided by.
        headers: of the answer.
        now: for a Retry-After that is a date.
    """
    said = f"the model's provider answered {status}: {message}"[:400]
    if status == HTTPStatus.PAYMENT_REQUIRED or code.endswith(_SPENT):
        return CallFailed(
            f"{said}. Have the spend limit at the provider's raised, then start a new session.",
            AnalysisStop.SPEND_LIMIT_REACHED,
        )
    if status in _TRANSIENT or status >= _SERVER_ERROR:
        wait = parse_retry_after(headers.get("retry-after"), now)
        return CallFailed(said, retry_after=wait, may_have_cost=status in _OF_A_GATEWAY)
    if status in _KEY:
        return CallFailed(
            f"{said}. The administrator corrects ANTHROPIC_API_KEY of the workers.", AnalysisStop.KEY_REFUSED
        )
    return CallFailed(
        f"{said}. Check analysis.model, and ANTHROPIC_BASE_URL of the workers.", AnalysisStop.REQUEST_REFUSED
    )


def pause(tries: int, failure: CallFailed) -> float | None:
    """Seconds until the next try, after ``tries`` that failed; None: there is none."""
    wait = max(failure.retry_after or 0.0, 2.0 ** (tries - 1))
    most = TRIES_IN_DOUBT if failure.may_have_cost else TRIES
    return None if failure.stop or tries >= most or wait > LONGEST_WAIT else wait

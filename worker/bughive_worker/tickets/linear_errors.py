"""What is wrong with an answer of Linear's: which error it means, and for how long to wait. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, ValidationError

from bughive_protocol.errors import BugHiveError, IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_worker.net.outbound import Answer
from bughive_worker.net.retry_after import parse_retry_after
from bughive_worker.tickets.linear_answers import Part

_LONGEST_PAUSE = 3600.0
_DEFAULT_PAUSE = 60.0
_REDIRECT = 300
_TOO_MANY = 429
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_SERVER_ERROR = 500
_BUDGETS = ("requests", "complexity", "endpoint-requests")
_MAY_PASS = frozenset({"internal error", "network error", "lock timeout", "bootstrap error", "unknown", "other"})
"""Types of errors, as Linear's SDK lists them, that are Linear's own."""


class _Extensions(Part):
    type: str = ""
    code: str = ""
    user_presentable_message: str | None = None


class _Error(Part):
    message: str = ""
    extensions: _Extensions = Field(default_factory=_Extensions)

    @property
    def told(self) -> str:
        return (self.extensions.user_presentable_message or self.message)[:300]

    def is_a(self, type_: str) -> bool:
        """Linear writes types as ``invalid input`` and codes as ``INVALID_INPUT``."""
        return type_ in (self.extensions.type.lower(), self.extensions.code.lower().replace("_", " "))


class _Envelope(Part):
    data: dict[str, Any] | None = None
    errors: tuple[_Error, ...] = ()


def data_of(answer: Answer, now: datetime, key_from: str) -> Mapping[str, Any]:
    """The data of an answer without any error; a part of what was asked for is none.

    Args:
        answer: to a POST.
        now: for limits that name a moment.
        key_from: where the API key is from, for people.
    """
    try:
        envelope = _Envelope.model_validate_json(answer.body)
    except ValidationError:
        envelope = _Envelope()
    error = _error(answer, envelope.errors, now, key_from)
    if error is not None:
        raise error
    if envelope.data is None:
        raise IntegrationUnavailable(f"Linear answered {answer.status} with what is no answer; it is tried again")
    return envelope.data


def _error(answer: Answer, errors: tuple[_Error, ...], now: datetime, key_from: str) -> BugHiveError | None:
    told = errors[0].told if errors else ""

    def any_is(*types: str) -> bool:
        return any(error.is_a(type_) for error in errors for type_ in types)

    if answer.status == _TOO_MANY or any_is("ratelimited"):
        seconds = pause_of(answer.headers, now)
        return IntegrationPaused(f"Linear's rate limit is reached; it is asked again in {seconds:.0f} s", seconds)
    if answer.status == _UNAUTHORIZED or any_is("authentication error"):
        return IntegrationRefused(f"Linear does not know this API key: put a valid one into {key_from}")
    if answer.status == _FORBIDDEN or any_is("forbidden"):
        return IntegrationRefused(f"Linear does not let this API key do that ({told}); it is from {key_from}")
    return _other_error(answer.status, told, explained=_says_why(errors) and not any_is(*_MAY_PASS), any_=bool(errors))


def _other_error(status: int, told: str, *, explained: bool, any_: bool) -> BugHiveError | None:
    if explained:
        return IntegrationRefused(f"Linear refused: {told}")
    if not any_ and _REDIRECT <= status < _SERVER_ERROR:
        return IntegrationRefused(f"what should be Linear answered {status}: check BUGHIVE_LINEAR_API_URL")
    if status >= _SERVER_ERROR or any_:
        return IntegrationUnavailable(f"Linear answered {status} {told}".rstrip())
    return None


def _says_why(errors: tuple[_Error, ...]) -> bool:
    return any(error.extensions.type or error.extensions.code for error in errors)


def pause_of(headers: Mapping[str, str], now: datetime) -> float:
    """For how many seconds to leave Linear alone: as Retry-After says, or until the budget that is used up is full."""
    asked = parse_retry_after(headers.get("retry-after"), now)
    if asked is None:
        resets = [
            headers[f"x-ratelimit-{budget}-reset"]
            for budget in _BUDGETS
            if headers.get(f"x-ratelimit-{budget}-remaining") == "0" and f"x-ratelimit-{budget}-reset" in headers
        ]
        # Epoch milliseconds.
        asked = max((float(at) / 1000 - now.timestamp() for at in resets if at.isdigit()), default=_DEFAULT_PAUSE)
    return min(max(asked, 1.0), _LONGEST_PAUSE)

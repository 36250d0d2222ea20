"""What GitHub answers: issues, or the error that an answer means. Pure."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bughive_protocol.errors import BugHiveError, IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_worker.net.outbound import Answer
from bughive_worker.net.retry_after import parse_retry_after
from bughive_worker.tickets.tracker import Ticket, TicketState

_LONGEST_PAUSE = 3600.0
_DEFAULT_PAUSE = 60.0
_REDIRECT = 300
_UNAUTHORIZED = 401
_NOT_THERE = (301, 307, 404, 410)
"""A repository that has another name or owner now is answered with a redirect."""
_SERVER_ERROR = 500
_FORBIDDEN = 403
_TOO_MANY = 429
_DECLINED = frozenset({"not_planned", "duplicate"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


T = TypeVar("T")


class Issue(_Part):
    """An issue, or a pull request: GitHub lists both."""

    number: int
    html_url: str
    repository_url: str
    state: str
    """open or closed."""
    state_reason: str | None = None
    closed_at: datetime | None = None
    body: str | None = None
    pull_request: object | None = None

    def is_in(self, repository: str) -> bool:
        """Whether it is of this repository: anybody may quote a mark in one of their own."""
        return self.repository_url.lower().endswith(f"/repos/{repository.lower()}")

    def ticket(self) -> Ticket:
        """As trackers have it in common."""
        state = TicketState.OPEN
        if self.state == "closed":
            state = TicketState.DECLINED if self.state_reason in _DECLINED else TicketState.DONE
        return Ticket(str(self.number), f"#{self.number}", self.html_url, state, self.closed_at)


class Found(_Part):
    """The answer to a search."""

    incomplete_results: bool
    items: tuple[Issue, ...]


class _Problem(_Part):
    message: str = ""


def read(type_: type[T], answer: Answer, now: datetime, repository: str, token_from: str) -> T:
    """An answer in the shape that was asked for.

    Args:
        type_: the shape.
        answer: to any request.
        now: for limits that name a moment.
        repository: what it was about, for people.
        token_from: where the token is from, for people.
    """
    error = _error(answer, now, repository, token_from)
    if error is not None:
        raise error
    try:
        return TypeAdapter(type_).validate_json(answer.body)
    except ValidationError as invalid:
        raise IntegrationUnavailable(f"GitHub answered {answer.status} with what is no answer") from invalid


def _error(answer: Answer, now: datetime, repository: str, token_from: str) -> BugHiveError | None:
    status = answer.status
    if status < _REDIRECT:
        return None
    if (seconds := _pause(answer, now)) is not None:
        return IntegrationPaused(f"GitHub's rate limit is reached; it is asked again in {seconds:.0f} s", seconds)
    if status == _UNAUTHORIZED:
        return IntegrationRefused(f"GitHub does not know this token: put a valid one into {token_from}")
    if status in _NOT_THERE:
        return IntegrationRefused(
            f"GitHub shows this token no issues of {repository}: correct tickets.github.repository, switch issues on "
            f"there, or let the token read and write them; it is from {token_from} ({status} {_told(answer)})"
        )
    if status >= _SERVER_ERROR:
        return IntegrationUnavailable(f"GitHub answered {status}")
    return IntegrationRefused(f"GitHub refused ({status} {_told(answer)}) what was asked of {repository}".rstrip())


def _pause(answer: Answer, now: datetime) -> float | None:
    """For how many seconds to leave GitHub alone, if it asks for that: a 403 is also what a weak token gets."""
    if answer.status not in (_FORBIDDEN, _TOO_MANY):
        return None
    asked = parse_retry_after(answer.headers.get("retry-after"), now)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if asked is None and answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        asked = int(reset) - now.timestamp()
    if asked is None and (answer.status == _TOO_MANY or "rate limit" in _told(answer).lower()):
        asked = _DEFAULT_PAUSE
    return None if asked is None else min(max(asked, 1.0), _LONGEST_PAUSE)


def _told(answer: Answer) -> str:
    try:
        return _Problem.model_validate_json(answer.body).message[:300]
    except ValidationError:
        return ""

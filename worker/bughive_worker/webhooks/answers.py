"""What a receiver's answer means: pure."""

from datetime import datetime
from http import HTTPStatus

from bughive_protocol.errors import IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_worker.net.outbound import Answer
from bughive_worker.net.retry_after import parse_retry_after

_TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def judge(answer: Answer, host: str, now: datetime) -> None:
    """Return where the message was taken.

    Raises:
        IntegrationUnavailable: trying again can help; an ``IntegrationPaused`` where the receiver says when.
        IntegrationRefused: it cannot.
    """
    status = answer.status
    said = f"{host} answered {status} {_phrase(status)}".rstrip()
    match status // 100:
        case 2:
            return
        case 3:
            raise IntegrationRefused(f"{said}: redirects are not followed, set the webhook's url to where it leads")
        case 4 if status not in _TRY_AGAIN:
            raise IntegrationRefused(said)
    pause = parse_retry_after(answer.headers.get("retry-after"), now)
    raise IntegrationUnavailable(said) if pause is None else IntegrationPaused(said, pause)


def is_gone(answer: Answer) -> bool:
    """Whether the receiver wants to hear nothing ever again."""
    return answer.status == HTTPStatus.GONE


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""

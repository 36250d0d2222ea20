"""One call of the API server, blocking, and what it may raise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

Body = dict[str, Any]


class ApiServerError(Exception):
    """The API server refused a call, or could not be reached (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}" if status else message)
        self.status = status


class Forbidden(ApiServerError):
    """This is beyond what we may do."""


class NotFound(ApiServerError):
    """There is no such object."""


class Conflict(ApiServerError):
    """The object has changed since it was read, or exists already."""


_ERRORS = {403: Forbidden, 404: NotFound, 409: Conflict}


@dataclass(frozen=True)
class ApiCall:
    """What is asked of the API server."""

    method: str
    path: str
    body: Body | None = None
    content_type: str = JSON
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the API server answered."""

    body: Body
    date: str | None
    """The server's clock, as HTTP writes it."""


def send(client: ApiClient, call: ApiCall, timeout: tuple[float, float]) -> Answer:
    """Make a call and wait for its answer. ``timeout``: seconds to connect, and to read.

    Raises:
        ApiServerError: it was refused, or the API server cannot be reached.
    """
    request = client.param_serialize(
        method=call.method,
        resource_path=call.path,
        query_params=list(call.query.items()),
        header_params={"Accept": JSON, "Content-Type": call.content_type},
        body=call.body,
        auth_settings=["BearerToken"],
    )
    try:
        response = client.call_api(*request, _request_timeout=timeout)
        text: bytes = response.read()  # type: ignore[no-untyped-call]
    except (HTTPError, ApiException) as error:
        raise ApiServerError(0, f"the API server cannot be reached: {error}") from error
    body: Body = json.loads(text) if text else {}
    if response.status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
        raise _ERRORS.get(response.status, ApiServerError)(response.status, str(body.get("message", text)))
    return Answer(body, response.headers.get("Date"))

"""Whether what an earlier session saw of a page still holds. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from bughive_protocol.frontier import FrontierItem, PageEnd
from bughive_worker.net.fetched import Fetched
from bughive_worker.observation import PageObservation

_SERVER_ERROR = 500
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
"""What browsers say when they open a page; a server may answer other askers otherwise."""
_DECISIVE = (
    "content-type",
    "content-language",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "link",
    "permissions-policy",
    "referrer-policy",
    "refresh",
    "x-content-type-options",
)
"""Headers by which a browser shows the same bytes otherwise."""


def worth_keeping(observation: PageObservation) -> bool:
    """Whether later sessions may reuse this: a visit that saw all of a page that is well.

    Not one of whose parts got no answer or a server's error: such bugs may pass, and are seen twice each time.
    """
    return (
        observation.end is PageEnd.LOADED
        and observation.error is None
        and observation.status == HTTPStatus.OK
        and not observation.redirects
        and not observation.reused
        and bool(observation.digest)
        and observation.dom is not None
        and "html" in observation.headers.get("content-type", "").lower()
        and not _no_store(observation.headers)
        and not any(entry.failure or (entry.status or 0) >= _SERVER_ERROR for entry in observation.network)
    )


def time_left(observation: PageObservation, max_age: timedelta, now: datetime) -> timedelta:
    """For how long it may still be reused; none or less: no longer. It counts from the visit, not from a reuse."""
    return observation.observed_at + max_age - now


def question(observation: PageObservation, locale: str) -> dict[str, str]:
    """The headers by which a plain request asks for what the browser would get, if it is not the same as then."""
    headers = {"Accept": _ACCEPT, "Accept-Language": locale, "Upgrade-Insecure-Requests": "1"}
    etag = observation.headers.get("etag")
    return {**headers, "If-None-Match": etag} if etag else headers


def unchanged(observation: PageObservation, answer: Fetched) -> bool:
    """Whether the answer to ``question`` says that a browser would be given the same document in the same manner."""
    if answer.error or answer.truncated or _no_store(answer.headers):
        return False
    if answer.status == HTTPStatus.NOT_MODIFIED:
        same = "etag" in observation.headers
    else:
        same = answer.status == HTTPStatus.OK and sha256(answer.body).hexdigest() == observation.digest
    now = headers_now(observation, answer)
    return same and all(now.get(name) == observation.headers.get(name) for name in _DECISIVE)


def headers_now(observation: PageObservation, answer: Fetched) -> Mapping[str, str]:
    """The document's headers as they are now: what a 304 leaves out is as it was."""
    return {**observation.headers, **answer.headers} if answer.status == HTTPStatus.NOT_MODIFIED else answer.headers


def as_found_now(observation: PageObservation, item: FrontierItem, answer: Fetched) -> PageObservation:
    """What was seen then as if it were seen now: how the page became known, and its headers, are of this session."""
    return replace(
        observation,
        depth=item.depth,
        via=item.via,
        referrer=item.referrer,
        headers=headers_now(observation, answer),
        reused=True,
        analyzed=False,
    )


def uninspected(observation: PageObservation) -> PageObservation:
    """Without the full inspection, which each template gets once a session."""
    return replace(observation, inspected=False, layout=(), accessibility=())


def _no_store(headers: Mapping[str, str]) -> bool:
    return "no-store" in headers.get("cache-control", "").lower()

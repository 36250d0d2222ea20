"""What a request without a browser brings back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FetchError(StrEnum):
    """Why there is no answer."""

    REFUSED_BY_GUARD = "refused_by_guard"
    DNS = "dns"
    DNS_UNAVAILABLE = "dns_unavailable"
    """The name server itself did not answer, which says nothing about the name."""
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    TLS = "tls"
    MALFORMED = "malformed"
    """What came back is no HTTP, breaks off, or redirects to no http(s) URL."""
    TOO_MANY_REDIRECTS = "too_many_redirects"


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a request: an answer or an error."""

    url: str
    """The URL that answered, or failed, last."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; of several of one name the last."""
    body: bytes = b""
    """Decompressed, and cut at the limit."""
    truncated: bool = False
    hops: tuple[Hop, ...] = ()
    error: FetchError | None = None
    message: str = ""
    """The error in words."""

    @classmethod
    def failed(cls, url: str, hops: tuple[Hop, ...], error: FetchError, message: str) -> "Fetched":
        """No answer."""
        return cls(url=url, hops=hops, error=error, message=message[:500])

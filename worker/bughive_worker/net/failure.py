"""Why a destination could not be reached, as the proxy saw it."""

import errno
import socket
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from bughive_worker.net.egress import Refusal


class FailureKind(StrEnum):
    """Where on the way to the server it failed."""

    REFUSED_BY_GUARD = "refused_by_guard"
    DNS = "dns"
    REFUSED = "refused"
    """Nobody listens, or no route leads there."""
    TIMEOUT = "timeout"
    RESET = "reset"
    """The server closed the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure, in words a person understands."""

    kind: FailureKind
    message: str
    temporary: bool = False
    """The name server itself did not answer, which says nothing about the name."""
    refusal: Refusal | None = None


class Unreachable(Exception):
    """A destination could not be reached."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def failure_of(error: OSError, destination: str) -> Failure:
    """Put an error of the resolver or of connect(2) into words."""
    if isinstance(error, socket.gaierror):
        if error.errno == socket.EAI_AGAIN:
            return Failure(FailureKind.DNS, f"no name server answered for {destination}", temporary=True)
        return Failure(FailureKind.DNS, f"the name {destination.rpartition(':')[0]} does not exist")
    if isinstance(error, TimeoutError):
        return Failure(FailureKind.TIMEOUT, f"{destination} did not answer in time")
    if isinstance(error, ConnectionResetError):
        return Failure(FailureKind.RESET, f"{destination} closed the connection")
    reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return Failure(FailureKind.REFUSED, f"{destination} refuses connections ({reason})")


class FailureLog:
    """The last failure of each of the latest destinations; a success clears it."""

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._failures: OrderedDict[tuple[str, int], Failure] = OrderedDict()

    def add(self, host: str, port: int, failure: Failure) -> None:
        """Note a failure; the oldest destination is forgotten where there are too many."""
        self._failures[host, port] = failure
        self._failures.move_to_end((host, port))
        if len(self._failures) > self._limit:
            self._failures.popitem(last=False)

    def clear(self, host: str, port: int) -> None:
        """The destination was reached."""
        self._failures.pop((host, port), None)

    def get(self, host: str, port: int) -> Failure | None:
        """The last failure, unless a success followed."""
        return self._failures.get((host, port))

"""Connections to destinations that the guard has checked."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bughive_worker.net.egress import EgressPolicy, Refusal
from bughive_worker.net.failure import Failure, FailureKind, FailureLog, Unreachable, failure_of
from bughive_worker.net.resolver import Resolve

P = TypeVar("P", bound=asyncio.Protocol)


class Dialer:
    """Resolves, checks every answer, and dials the checked address itself: never the name again."""

    def __init__(self, policy: EgressPolicy, resolve: Resolve, timeout: float) -> None:
        """``timeout`` is in seconds, for the name and for each of its addresses."""
        self._policy = policy
        self._resolve = resolve
        self._timeout = timeout
        self.failures = FailureLog()

    async def dial(self, host: str, port: int, protocol: Callable[[], P]) -> P:
        """Connect to a normal host. Raises Unreachable."""
        try:
            connected = await self._dial(host, port, protocol)
        except Unreachable as error:
            self.failures.add(host, port, error.failure)
            raise
        self.failures.clear(host, port)
        return connected

    async def _dial(self, host: str, port: int, protocol: Callable[[], P]) -> P:
        destination = f"{host}:{port}"
        try:
            async with asyncio.timeout(self._timeout):
                answers = await self._resolve(host)
        except OSError as error:
            raise Unreachable(failure_of(error, destination)) from error
        verdict = self._policy.verdict(host, port, answers)
        if isinstance(verdict, Refusal):
            raise Unreachable(Failure(FailureKind.REFUSED_BY_GUARD, verdict.message, refusal=verdict))
        failure = Failure(FailureKind.DNS, f"the name of {destination} has no address")
        for address in verdict:
            try:
                async with asyncio.timeout(self._timeout):
                    _, connected = await asyncio.get_running_loop().create_connection(protocol, address, port)
            except OSError as error:
                failure = failure_of(error, destination)
            else:
                return connected
        raise Unreachable(failure)

"""Names to addresses, remembered for a short while."""

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

Resolve = Callable[[str], Awaitable[tuple[str, ...]]]
"""A normal host to all its addresses, in the order to try them; raises ``socket.gaierror``."""


async def system_resolve(host: str) -> tuple[str, ...]:
    """Ask the machine's resolver, in a thread."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in answers))


class DnsCache:
    """Asks once for each name and keeps the answer for ``ttl`` seconds; failures are not kept.

    Callers that ask for the same name at the same time share one question.
    """

    def __init__(
        self, resolve: Resolve, ttl: float = 30, limit: int = 1024, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._resolve = resolve
        self._ttl = ttl
        self._limit = limit
        self._clock = clock
        self._questions: OrderedDict[str, tuple[float, asyncio.Future[tuple[str, ...]]]] = OrderedDict()

    async def __call__(self, host: str) -> tuple[str, ...]:
        """All addresses of a normal host; an address is its own answer. Raises ``socket.gaierror``."""
        if _is_address(host):
            return (host,)
        now = self._clock()
        asked_at, question = self._questions.get(host, (now, None))
        if question is None or now - asked_at > self._ttl or (question.done() and not _answered(question)):
            question = asyncio.ensure_future(self._resolve(host))
            question.add_done_callback(_answered)  # a failure that nobody waits for any more is no accident
            self._questions[host] = (now, question)
            self._questions.move_to_end(host)
            if len(self._questions) > self._limit:
                self._questions.popitem(last=False)
        return await asyncio.shield(question)


def _answered(question: asyncio.Future[tuple[str, ...]]) -> bool:
    return not question.cancelled() and question.exception() is None


def _is_address(host: str) -> bool:
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

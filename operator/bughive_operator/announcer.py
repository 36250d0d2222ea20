"""Posts Kubernetes events behind the operator's back: one after the other, never in the way of a session."""

import asyncio
from collections import deque
from typing import Any

import structlog

from bughive_operator.actions import Announce
from bughive_operator.api_call import ApiServerError
from bughive_operator.api_server import ApiServer, event_about
from bughive_operator.clock import Clock
from bughive_operator.observation import Named
from bughive_operator.rates import TokenBucket

log = structlog.get_logger(__name__)

COMPONENT = "bughive-operator"
MAX_WAITING = 2_000
"""More than this are not kept; the oldest go first."""
LAST_SECONDS = 2.0
"""How long those that still wait may take when the operator stops."""


class Announcer:
    """Takes events at once and posts them when it can. The status says it all; an event is a courtesy."""

    def __init__(self, api: ApiServer, clock: Clock, bucket: TokenBucket) -> None:
        self._api = api
        self._clock = clock
        self._bucket = bucket
        self._waiting: deque[dict[str, Any]] = deque(maxlen=MAX_WAITING)
        self._some = asyncio.Event()

    def announce(self, resource: Named, event: Announce) -> None:
        """Have an event posted that says when this was."""
        self._waiting.append(event_about(resource, _body(event, f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}")))
        self._some.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Post until told to stop, then what is left as far as there is time."""
        posting = asyncio.create_task(self._post_all())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([posting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if posting.done():
                posting.result()
        finally:
            posting.cancel()
            stopping.cancel()
        await asyncio.wait([posting])
        await self._post_rest()

    async def _post_all(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                await self._bucket.take()
                await self._post_next()

    async def _post_rest(self) -> None:
        try:
            async with asyncio.timeout(LAST_SECONDS):
                while self._waiting:
                    await self._post_next()
        except TimeoutError:
            log.info("events were not posted any more", events=len(self._waiting))

    async def _post_next(self) -> None:
        event = self._waiting.popleft()
        try:
            await self._api.post_event(event)
        except ApiServerError as error:
            uid = event["involvedObject"]["uid"]
            log.warning("event was not posted", uid=uid, reason=event["reason"], error=str(error))


def _body(event: Announce, at: str) -> dict[str, Any]:
    return {
        "type": "Warning" if event.warning else "Normal",
        "reason": event.reason,
        "message": event.message[:1024],
        "firstTimestamp": at,
        "lastTimestamp": at,
        "count": 1,
        "source": {"component": COMPONENT},
        "reportingComponent": COMPONENT,
    }

"""Of several operators one works at a time: the one that holds a Lease."""

import asyncio
import socket
import time
import uuid
from collections.abc import Awaitable, Callable

import structlog

from bughive_operator.api_call import ApiServerError, Conflict, NotFound
from bughive_operator.api_server import ApiServer
from bughive_operator.clock import ServerClock
from bughive_operator.election import DURATION_SECONDS, RENEW_SECONDS, RETRY_SECONDS, Election, LeaseState
from bughive_operator.health import Heartbeat
from bughive_operator.pause import pause

CALL_SECONDS = (2.0, 3.0)
"""To connect, and to read: a call that hangs must leave time for another before the Lease is lost."""
END_SECONDS = 2.0
"""How long the work may take to end when the Lease is lost: by then another operator may be at work."""
log = structlog.get_logger(__name__)
Work = Callable[[asyncio.Event], Awaitable[None]]


class LeadershipLost(Exception):
    """The Lease could not be renewed in time: another operator may be at work already."""


class Leadership:
    """Holds the Lease while the work is done.

    Args:
        api: connections of its own with short limits, so that no other call stands in the way of a renewal.
        clock: for the times in the Lease, which are for people to read.
        namespace: the Lease's.
        name: the Lease's.
        heartbeat: beats as long as the election goes on, leading or not.
    """

    def __init__(self, api: ApiServer, clock: ServerClock, namespace: str, name: str, heartbeat: Heartbeat) -> None:
        self._api = api
        self._clock = clock
        self._namespace = namespace
        self._name = name
        self._heartbeat = heartbeat
        self._election = Election(f"{socket.gethostname()}_{uuid.uuid4().hex[:8]}")

    async def lead(self, work: Work, stop: asyncio.Event) -> None:
        """Wait for the Lease, then work until told to stop; hand the Lease back at the end.

        Raises:
            LeadershipLost: the Lease was lost. The work was cancelled, but may not have ended: end the process.
        """
        renewed = await self._take(stop)
        if renewed is None:
            return
        log.info("leads", lease=f"{self._namespace}/{self._name}", identity=self._election.identity)
        working = asyncio.ensure_future(work(stop))
        holding = asyncio.create_task(self._hold(renewed))
        try:
            await asyncio.wait((working, holding), return_when=asyncio.FIRST_COMPLETED)
        finally:
            held = not holding.done()
            holding.cancel()
            working.cancel()
            await asyncio.wait((working, holding), timeout=None if held else END_SECONDS)
            if held:
                await self._give_back()
        if not held:
            holding.result()
        working.result()

    async def _take(self, stop: asyncio.Event) -> float | None:
        """Wait until the Lease is ours. Returns since when, in monotonic seconds; None where told to stop before."""
        log.info("waits for the lease", lease=f"{self._namespace}/{self._name}", identity=self._election.identity)
        while not stop.is_set():
            self._heartbeat.beat()
            asked = time.monotonic()
            try:
                if await self._try():
                    return asked
            except Conflict:
                log.info("another operator was quicker")
            except ApiServerError as error:
                log.warning("the lease cannot be read or taken; it is tried again", error=str(error))
            await pause(RETRY_SECONDS, stop)
        return None

    async def _hold(self, renewed: float) -> None:
        """Renew until cancelled. Raises LeadershipLost."""
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            self._heartbeat.beat()
            asked = time.monotonic()
            try:
                async with asyncio.timeout(max(renewed + RENEW_SECONDS - asked, 0)):
                    held = await self._try()
            except (ApiServerError, TimeoutError) as error:
                if time.monotonic() - renewed >= RENEW_SECONDS:
                    raise LeadershipLost(f"the Lease {self._name} could not be renewed: {error}") from error
                log.warning("the lease was not renewed; it is tried again", error=str(error))
                continue
            if not held:
                raise LeadershipLost(f"the Lease {self._name} is another operator's now")
            renewed = asked

    async def _try(self) -> bool:
        """Take or renew the Lease, if it may be. Raises Conflict where another one wrote it meanwhile."""
        lease = await self._read()
        if not self._election.may_take(lease, time.monotonic()):
            return False
        now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        ours = lease is not None and lease.holder == self._election.identity
        spec = {
            "holderIdentity": self._election.identity,
            "leaseDurationSeconds": int(DURATION_SECONDS),
            "renewTime": now,
            "leaseTransitions": lease.transitions + (not ours) if lease else 0,
        }
        if not ours:
            spec["acquireTime"] = now
        await self._api.write_lease(self._namespace, self._name, spec, lease.resource_version if lease else None)
        return True

    async def _read(self) -> LeaseState | None:
        try:
            body = await self._api.lease(self._namespace, self._name)
        except NotFound:
            return None
        spec = body.get("spec", {})
        return LeaseState(
            holder=spec.get("holderIdentity") or "",
            renewed=spec.get("renewTime") or "",
            duration=float(spec.get("leaseDurationSeconds") or DURATION_SECONDS),
            transitions=int(spec.get("leaseTransitions") or 0),
            resource_version=body["metadata"]["resourceVersion"],
        )

    async def _give_back(self) -> None:
        """So that the next operator need not wait for the Lease to run out."""
        try:
            lease = await self._read()
            if lease is not None and lease.holder == self._election.identity:
                await self._api.write_lease(self._namespace, self._name, {"holderIdentity": ""}, lease.resource_version)
        except ApiServerError as error:
            log.info("the lease was not handed back; it runs out by itself", error=str(error))

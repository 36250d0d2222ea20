"""What one prefork child holds: a loop, its connections to Redis, the opened work, the guarded way out.

Nothing of it exists before the fork; each part is made at its first use.
"""

import logging
import os
import signal
from datetime import timedelta
from functools import cached_property

import redis.asyncio

from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.keys import Keys
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.tracing import Tracing
from bughive_worker.net.outbound import Outbound
from bughive_worker.runtime.credentials import Credentials
from bughive_worker.runtime.lease_keeper import BEAT_TIMEOUT_SECONDS
from bughive_worker.runtime.loop_thread import LoopThread
from bughive_worker.runtime.work import OpenWork, SessionWork
from bughive_worker.settings import WorkerSettings

ARTIFACT_PATIENCE = timedelta(seconds=20)
"""How long a short task asks an artifact store that is away; then the task is tried again."""
CLOSE_SECONDS = 10.0
"""How long a child that ends may take to close its browser."""

log = logging.getLogger(__name__)


class Child:
    """One prefork child's possessions. Made in the parent, it stays empty there."""

    def __init__(self, settings: WorkerSettings, open_work: OpenWork, lease_seconds: float) -> None:
        self.settings = settings
        self.lease_seconds = lease_seconds
        self.keys = Keys(settings.redis_key_prefix)
        self._open_work = open_work
        self._tracing = Tracing(settings.otel_exporter_otlp_endpoint, "bughive-worker")
        self._work: SessionWork | None = None
        self._outbound: dict[tuple[str, ...], Outbound] = {}

    @cached_property
    def loop(self) -> LoopThread:
        """The event loop in its thread."""
        return LoopThread()

    @cached_property
    def redis(self) -> redis.asyncio.Redis:
        """For the loop."""
        return connect_async(self.settings.redis_url)

    @cached_property
    def leases(self) -> LeaseStore:
        """For the main thread: take and release."""
        return LeaseStore(connect(self.settings.redis_url), self.keys, self.lease_seconds)

    @cached_property
    def beats(self) -> LeaseStore:
        """For the beating thread: a connection of its own that never waits long."""
        client = connect(self.settings.redis_url, timeout=BEAT_TIMEOUT_SECONDS, retries=0)
        return LeaseStore(client, self.keys, self.lease_seconds)

    @cached_property
    def credentials(self) -> Credentials:
        """The way to Secrets, for the loop."""
        return Credentials(self.redis, self.keys)

    @cached_property
    def artifacts(self) -> ArtifactStore:
        """For the loop, and for short tasks: a crawl has more patience and a store of its own.

        Raises:
            ArtifactStoreUnavailable: it is a directory that is not here; it is looked for again at the next use.
        """
        return ArtifactStore(self.settings, ARTIFACT_PATIENCE)

    async def work(self) -> SessionWork:
        """The opened work; call it in the loop, by one task at a time."""
        if self._work is None:
            self._work = await self._open_work(self.settings, self.redis)
        return self._work

    async def outbound(self, *trusted_hosts: str) -> Outbound:
        """The opened way out to what integrations talk to; call it in the loop, by one task at a time.

        ``trusted_hosts``: chosen by the administrator, for this integration alone, though they may be private.
        """
        if trusted_hosts not in self._outbound:
            outbound = Outbound(self.settings.egress_policy(*trusted_hosts))
            await outbound.start()
            self._outbound[trusted_hosts] = outbound
        return self._outbound[trusted_hosts]

    def begin(self) -> None:
        """After the fork: lead a process group, so that Ctrl-C in a terminal reaches the worker's parent alone.

        The parent then drains the children; a browser that got the signal too would die in mid-page. Spans are sent by
        a thread, and so from here.
        """
        os.setpgrp()
        self._tracing.start()

    def close(self) -> None:
        """Before the child ends: close the work, then the way out for spans."""
        if "loop" in self.__dict__ and not self.loop.submit(self._close).wait(CLOSE_SECONDS):
            log.error("the browser did not close in %.0f s", CLOSE_SECONDS)
        self._tracing.close()

    async def _close(self) -> None:
        if self._work is not None:
            await self._work.close()
        for outbound in self._outbound.values():
            await outbound.stop()
        await self.redis.aclose()

    def abandon(self) -> None:
        """The loop is beyond help: end this child and what it started, at once. The parent forks another."""
        self._tracing.close()
        os.killpg(os.getpgrp(), signal.SIGKILL)

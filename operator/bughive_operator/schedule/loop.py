"""All schedules: those that are marked are looked at, and now and then each."""

import asyncio

import structlog

from bughive_operator.api_call import ApiServerError
from bughive_operator.api_server import SCHEDULES, ApiServer
from bughive_operator.keyed_queue import KeyedQueue
from bughive_operator.pause import every, pause
from bughive_operator.schedule.reconcile import ScheduleReconciler
from bughive_operator.schedule.schedules import Schedules

log = structlog.get_logger(__name__)
WORKERS = 4
"""How many schedules are looked at at the same time."""


class ScheduleLoop:
    """The queue of schedules, and the lists that make good what the watch lost."""

    def __init__(
        self, api: ApiServer, schedules: Schedules, reconciler: ScheduleReconciler, namespaces: tuple[str, ...]
    ) -> None:
        self._api = api
        self._schedules = schedules
        self._namespaces = namespaces
        self._queue = KeyedQueue(reconciler.reconcile, WORKERS)
        self.mark = self._queue.mark
        self.longest_run = self._queue.longest_run

    async def list(self) -> None:
        """Take in every schedule there is, and forget those that are gone.

        Raises:
            ApiServerError: they cannot be listed.
        """
        known = self._schedules.uids()
        live: set[str] = set()
        async for body in self._api.every(SCHEDULES, self._namespaces):
            live.add(body["metadata"]["uid"])
            if self._schedules.put(body):
                self.mark(body["metadata"]["uid"])
        for uid in known - live:
            self._schedules.remove(uid)
            self.mark(uid)

    async def run(self, resync_seconds: float, sweep_seconds: float, stop: asyncio.Event) -> None:
        """Work until told to stop. Sessions must have been listed before, or a run would seem to have none.

        ``resync_seconds``: how often each is looked at, whether it changed or not, for clocks may be set;
        ``sweep_seconds``: how often they are listed.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._queue.run(stop))
            group.create_task(every(resync_seconds, self._look_at_all, stop))
            group.create_task(self._list_often(sweep_seconds, stop))

    async def _look_at_all(self) -> None:
        for uid in self._schedules.uids():
            self.mark(uid)

    async def _list_often(self, seconds: float, stop: asyncio.Event) -> None:
        await pause(seconds, stop)
        await every(seconds, self._list_again, stop)

    async def _list_again(self) -> None:
        try:
            await self.list()
        except ApiServerError as error:
            log.warning("schedules cannot be listed; it is tried again in the next round", error=str(error))

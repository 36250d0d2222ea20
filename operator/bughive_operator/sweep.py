"""The last resort against work whose resource is gone, and the list of those that live."""

import structlog

from bughive_operator.api_server import PLURAL, ApiServer
from bughive_operator.apply import Applier
from bughive_operator.sessions import Sessions
from bughive_protocol.control import SessionControl

log = structlog.get_logger(__name__)


class Sweep:
    """Compares what Redis holds with what the API server has, in rounds.

    A session is stopped only when it was absent from two full lists that both began after Redis had it.
    """

    def __init__(
        self,
        api: ApiServer,
        control: SessionControl,
        sessions: Sessions,
        applier: Applier,
        namespaces: tuple[str, ...],
    ) -> None:
        self._api = api
        self._control = control
        self._sessions = sessions
        self._applier = applier
        self._namespaces = namespaces
        self._suspects: set[str] = set()

    async def round(self) -> list[str]:
        """One full list; returns the sessions to look at: those that are new to us, changed or gone."""
        stored = set(await self._control.stored_sessions())
        known = self._sessions.uids()
        live: set[str] = set()
        changed: list[str] = []
        async for body in self._api.every(PLURAL, self._namespaces):
            live.add(body["metadata"]["uid"])
            if self._sessions.put(body):
                changed.append(body["metadata"]["uid"])
        missed = known - live
        for uid in missed:
            self._sessions.remove(uid)
        await self._stop(stored - live)
        await self._control.publish_live(sorted(live))
        return [*changed, *missed]

    async def _stop(self, absent: set[str]) -> None:
        orphans = absent & self._suspects
        self._suspects = absent - orphans
        for snapshot in await self._control.observe(sorted(orphans)):
            log.warning("a session's resource is gone; stopping its work", session_id=snapshot.session_id)
            await self._applier.stop_work(snapshot.session_id, snapshot.attempt)

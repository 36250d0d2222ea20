"""Reads sessions from Redis, those that are asked for at the same time in one round trip."""

import asyncio

from bughive_protocol.control import SessionControl, SessionSnapshot

MAX_BATCH = 200


class RedisReader:
    """Gathers the reads of all that reconcile at once."""

    def __init__(self, control: SessionControl) -> None:
        self._control = control
        self._asked: dict[str, asyncio.Future[SessionSnapshot]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def read(self, session_id: str) -> SessionSnapshot:
        """What Redis says of the session. Raises ``redis.RedisError`` where it is away."""
        answer = self._asked.get(session_id)
        if answer is None:
            answer = self._asked[session_id] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all())
        return await asyncio.shield(answer)

    async def close(self) -> None:
        """Let the read that is under way come to its end."""
        if self._reading is not None:
            await self._reading

    async def _read_all(self) -> None:
        while self._asked:
            batch = dict(list(self._asked.items())[:MAX_BATCH])
            for session_id in batch:
                del self._asked[session_id]
            await self._read_batch(batch)
        self._reading = None

    async def _read_batch(self, batch: dict[str, asyncio.Future[SessionSnapshot]]) -> None:
        try:
            snapshots = await self._control.observe(list(batch))
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            for answer in batch.values():
                answer.set_exception(error)
            return
        for answer, snapshot in zip(batch.values(), snapshots, strict=True):
            answer.set_result(snapshot)

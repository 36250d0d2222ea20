"""The plain way to read and write sessions' states, for scripts and tasks that hold no lease.

Blocking. A crawl's own progress goes through the fenced stores instead.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

import redis

from bughive_protocol.keys import Keys
from bughive_protocol.live import published_live
from bughive_protocol.redis_time import moment
from bughive_protocol.scripts import run, script
from bughive_protocol.state import SessionState, SessionStatus


class SessionManager:
    """Sessions' states in Redis. Every method raises ``redis.RedisError`` when Redis is away."""

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    def get_session_state(self, session_id: str) -> SessionState | None:
        """The state; None: no such session is known."""
        fields = cast("dict[str, str]", self._client.hgetall(self._keys.session(session_id).state))
        return SessionState.from_fields(fields) if "session_id" in fields else None

    def update_session_state(self, session_id: str, state: SessionState) -> None:
        """Put this state in the place of the old one, whatever that was.

        Raises:
            ValueError: the state is another session's.
        """
        if state.session_id != session_id:
            raise ValueError(f"the state of session {state.session_id} cannot be written to session {session_id}")
        self._write(session_id, "put", state.to_fields())

    def update_progress(self, session_id: str, pages: int, bugs: int, url: str) -> bool:
        """Note how far the crawl is. False: the session is not known, or over; nothing was written."""
        fields = {"pages_crawled": str(pages), "bugs_found": str(bugs), "current_url": url}
        return self._write(session_id, "progress", fields)

    def mark_complete(self, session_id: str, summary: Mapping[str, Any]) -> bool:
        """The session is completed, now. False: it is not known, or over already; nothing was written."""
        fields = {"status": SessionStatus.COMPLETED.value, "summary": json.dumps(dict(summary))}
        return self._write(session_id, "final", fields)

    def mark_failed(self, session_id: str, error: str) -> bool:
        """The session has failed, now. False: it is not known, or over already; nothing was written."""
        return self._write(session_id, "final", {"status": SessionStatus.FAILED.value, "error": error})

    def delete_session(self, session_id: str) -> bool:
        """Remove all keys of the session; whoever works on it is refused from now on. False: there were none."""
        return bool(run(self._client, script("delete"), self._keys, session_id))

    def get_all_sessions(self) -> list[SessionState]:
        """The state of every session that is known, oldest first."""
        stored = run(self._client, script("stored_sessions"), self._keys, "")
        with self._client.pipeline(transaction=False) as pipeline:
            for session_id in stored[::2]:
                pipeline.hgetall(self._keys.session(session_id).state)
            states = pipeline.execute()
        return [SessionState.from_fields(fields) for fields in states if "session_id" in fields]

    def cleanup_completed_sessions(self, max_age_hours: float) -> int:
        """Delete the sessions that ended more than ``max_age_hours`` ago; returns how many.

        One whose end the operator has not yet written to its resource is kept, as long as the resource exists.
        """
        seconds, microseconds = self._client.time()
        now = moment(seconds * 1000 + microseconds / 1000)
        live = published_live(self._client, self._keys)
        deleted = 0
        for state in self.get_all_sessions():
            ended = state.completed_at
            if not state.status.final or ended is None or (now - ended).total_seconds() < max_age_hours * 3600:
                continue
            acknowledged = self._client.zscore(self._keys.expiring, state.session_id) is not None
            gone = live is not None and live.at > ended and state.session_id not in live.session_ids
            if acknowledged or gone:
                deleted += self.delete_session(state.session_id)
        return deleted

    def _write(self, session_id: str, mode: str, fields: Mapping[str, str]) -> bool:
        pairs = [part for pair in fields.items() for part in pair]
        return bool(run(self._client, script("write_state"), self._keys, session_id, mode, len(fields), *pairs))

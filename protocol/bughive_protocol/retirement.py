"""Removes what Redis holds of sessions that are over or gone: each in one script that looks again before it does.

So it may run twice at once, and never takes anything from a session that a worker holds.
"""

from enum import StrEnum
from typing import cast

import redis

from bughive_protocol.keys import Keys
from bughive_protocol.scripts import run, script

_BATCH = 1000


class Retirement(StrEnum):
    """Why a session's keys may go."""

    OVER = "over"
    """Its resource shows how it ended, long ago."""
    GONE = "gone"
    """Its resource is gone."""
    ORPHAN = "orphan"
    """It has no state: an accident left some of its keys, or its pictures are still counted."""


def retire(client: redis.Redis, keys: Keys, session_id: str, why: Retirement, *, dry_run: bool) -> bool:
    """Remove a session's keys. False: a worker holds it, it is not so any more, or another removed them."""
    return bool(run(client, script("retire"), keys, session_id, why, int(dry_run)))


def orphans(client: redis.Redis, keys: Keys) -> list[str]:
    """The ids of sessions that have keys and no state, as a walk over all keys finds them.

    And of those whose keys are gone, though their pictures are still counted: older versions let keys expire so.
    """
    having = {keys.session_of(key) for key in client.scan_iter(match=keys.any_session, count=_BATCH)}
    counted = set(cast("list[str]", client.hkeys(keys.captures))) - {"bytes"}
    found = sorted(having | counted)
    batches = (found[at : at + _BATCH] for at in range(0, len(found), _BATCH))
    return [session_id for batch in batches for session_id in _without_state(client, keys, batch)]


def _without_state(client: redis.Redis, keys: Keys, session_ids: list[str]) -> list[str]:
    with client.pipeline(transaction=False) as pipeline:
        for session_id in session_ids:
            pipeline.exists(keys.session(session_id).state)
        there = pipeline.execute()
    return [session_id for session_id, state in zip(session_ids, there, strict=True) if not state]

"""``cleanup_old_sessions``: removes what is left of sessions that are over, or whose resource is gone.

From Redis that is their keys, from the artifact store reports that nobody has a CrawlSession for any more.
Workers cannot ask Kubernetes which resources exist; the operator publishes it.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import cast

import redis
import structlog
from celery import Celery

from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.connections import connect
from bughive_protocol.dead_letters import DeadLetters
from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.keys import Keys
from bughive_protocol.live import GONE_MARGIN, Live, published_live
from bughive_protocol.messages import CLEANUP_OLD_SESSIONS
from bughive_protocol.redis_time import moment
from bughive_protocol.retirement import Retirement, orphans, retire
from bughive_protocol.session_manager import SessionManager
from bughive_protocol.state import SessionState
from bughive_worker.report.retention import remove_old_histories, remove_old_reports
from bughive_worker.settings import WorkerSettings

MAX_AGE_HOURS = 24.0
KINDS = ("session", "orphan", "deadLetter", "report", "history")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Stored:
    """What Redis has of a session."""

    state: SessionState
    made_at: datetime
    acknowledged: bool
    """The resource shows how the session ended."""


@dataclass(frozen=True)
class Removal:
    """Something to remove, and why."""

    kind: str
    """One of ``KINDS``."""
    name: str
    because: str


def register(app: Celery, settings: WorkerSettings) -> None:
    """Add the task."""

    @app.task(name=CLEANUP_OLD_SESSIONS)  # type: ignore[untyped-decorator]  # Celery has no types
    def cleanup_old_sessions(max_age_hours: float = MAX_AGE_HOURS, dry_run: bool = False) -> dict[str, object]:  # noqa: FBT001, FBT002 a message's arguments have names
        return clean_up_all(settings, max_age_hours, dry_run=dry_run)


def clean_up_all(settings: WorkerSettings, max_age_hours: float, *, dry_run: bool) -> dict[str, object]:
    """Remove what nobody needs any more in Redis and in the artifact store; with ``dry_run`` only tell.

    Two may run at once: each removal is one step that looks again first, and is counted by the one that did it.

    Returns:
        How many of each kind were removed and how many sessions stay; with ``dry_run`` each by its name too.

    Raises:
        RedisError: Redis cannot be reached.
        ArtifactStoreUnavailable: the artifact store cannot be.
    """
    keys = Keys(settings.redis_key_prefix)
    removed: list[Removal] = []
    with connect(settings.redis_url) as client:
        for removal in (
            *clean_up(client, keys, max_age_hours, dry_run=dry_run),
            *clean_up_letters(client, keys, settings.dead_letter_days, dry_run=dry_run),
            *clean_up_store(client, settings, dry_run=dry_run),
        ):
            removed.append(removal)
            log.log(logging.INFO if dry_run else logging.DEBUG, "removed", **asdict(removal), dry_run=dry_run)
        kept = client.zcard(keys.sessions) - (_of_kind(removed, "session") if dry_run else 0)
    done = {"dry_run": dry_run, "removed": {kind: _of_kind(removed, kind) for kind in KINDS}, "kept": kept}
    log.info("cleaned up", **done)
    return {**done, "names": [asdict(removal) for removal in removed]} if dry_run else done


def _of_kind(removed: Sequence[Removal], kind: str) -> int:
    return sum(removal.kind == kind for removal in removed)


def clean_up(client: redis.Redis, keys: Keys, max_age_hours: float, *, dry_run: bool) -> Iterator[Removal]:
    """Remove the sessions that ``because_of`` names, and the keys of those that have no state."""
    manager = SessionManager(client, keys)
    now = _now(client)
    live = published_live(client, keys)
    for stored in _stored(client, keys, manager):
        session_id = stored.state.session_id
        why = because_of(stored, live, now, timedelta(hours=max_age_hours))
        if why and retire(client, keys, session_id, why, dry_run=dry_run):
            told = {Retirement.GONE: "its resource is gone", Retirement.OVER: f"it ended over {max_age_hours:g} h ago"}
            yield Removal("session", session_id, told[why])
    for session_id in orphans(client, keys):
        if retire(client, keys, session_id, Retirement.ORPHAN, dry_run=dry_run):
            yield Removal("orphan", session_id, "its session has no state")


def clean_up_letters(client: redis.Redis, keys: Keys, max_age_days: float, *, dry_run: bool) -> Iterator[Removal]:
    """Remove the dead letters that are older than this; 0: none."""
    letters = DeadLetters(client, keys)
    before = _now(client) - timedelta(days=max_age_days)
    for filed in letters.all():
        if not max_age_days or filed.at > before:
            return
        if dry_run or letters.remove(filed.id):
            yield Removal("deadLetter", filed.id, f"it is older than {max_age_days:g} days")


def clean_up_store(client: redis.Redis, settings: WorkerSettings, *, dry_run: bool) -> Iterator[Removal]:
    """Remove old reports by ``too_old``, and the histories of sites that nobody has crawled for long.

    Raises:
        ArtifactStoreUnavailable: the store is away.
    """
    try:
        store = ArtifactStore(settings)
    except ArtifactStoreUnavailable as error:
        # Only the workers that crawl need the directory; this one may have been given none.
        log.warning("reports and histories are not looked at", reason=str(error))
        return
    now = _now(client)
    if settings.artifact_retention_days:
        live = published_live(client, Keys(settings.redis_key_prefix))
        max_age = timedelta(days=settings.artifact_retention_days)
        for folder in asyncio.run(remove_old_reports(store, live, now, max_age, dry_run=dry_run)):
            yield Removal("report", folder, f"its session is gone and it is older than {max_age.days} days")
    if settings.history_retention_days:
        max_age = timedelta(days=settings.history_retention_days)
        for key in asyncio.run(remove_old_histories(store, now, max_age, dry_run=dry_run)):
            yield Removal("history", key, f"its site was not crawled for {max_age.days} days")


def because_of(stored: Stored, live: Live | None, now: datetime, max_age: timedelta) -> Retirement | None:
    """Why a session's keys may go; None: they stay. A session that may still need them is never removed.

    A list that the operator published days ago says nothing of sessions that were made since, and those that it
    does not name though they are older do not come back: a uid is never used again.
    """
    state = stored.state
    if live is not None and live.at - stored.made_at > GONE_MARGIN and state.session_id not in live.session_ids:
        return Retirement.GONE
    if stored.acknowledged and state.status.final and state.completed_at and now - state.completed_at > max_age:
        return Retirement.OVER
    return None


def _now(client: redis.Redis) -> datetime:
    seconds, microseconds = client.time()
    return moment(seconds * 1000 + microseconds / 1000)


def _stored(client: redis.Redis, keys: Keys, manager: SessionManager) -> list[Stored]:
    made_at = dict(cast("list[tuple[str, float]]", client.zrange(keys.sessions, 0, -1, withscores=True)))
    acknowledged = set(cast("list[str]", client.zrange(keys.expiring, 0, -1)))
    return [
        Stored(state, moment(made_at[state.session_id]), state.session_id in acknowledged)
        for state in manager.get_all_sessions()
        if state.session_id in made_at
    ]

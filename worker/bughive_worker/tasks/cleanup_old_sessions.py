"""``cleanup_old_sessions``: removes what is left of sessions that are over, or whose resource is gone.

From Redis that is their keys, from the artifact store reports that nobody has a CrawlSession for any more.
Workers cannot ask Kubernetes which resources exist; the operator publishes it.
"""

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import cast

import redis
import structlog
from celery import Celery

from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.connections import connect
from bughive_protocol.keys import Keys
from bughive_protocol.live import GONE_MARGIN, Live, published_live
from bughive_protocol.messages import CLEANUP_OLD_SESSIONS
from bughive_protocol.redis_time import moment
from bughive_protocol.session_manager import SessionManager
from bughive_protocol.state import SessionState
from bughive_worker.report.retention import remove_old_reports
from bughive_worker.settings import WorkerSettings

MAX_AGE_HOURS = 24.0

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
    """A session to remove, and why."""

    session_id: str
    because: str


def register(app: Celery, settings: WorkerSettings) -> None:
    """Add the task."""

    @app.task(name=CLEANUP_OLD_SESSIONS)  # type: ignore[untyped-decorator]  # Celery has no types
    def cleanup_old_sessions(max_age_hours: float = MAX_AGE_HOURS, dry_run: bool = False) -> dict[str, object]:  # noqa: FBT001, FBT002 a message's arguments have names
        return clean_up_all(settings, max_age_hours, dry_run=dry_run)


def clean_up_all(settings: WorkerSettings, max_age_hours: float, *, dry_run: bool) -> dict[str, object]:
    """Remove what is left of old sessions in Redis and in the artifact store; with ``dry_run`` only tell.

    Raises:
        RedisError: Redis cannot be reached.
        ArtifactStoreUnavailable: the artifact store cannot be.
    """
    with connect(settings.redis_url) as client:
        removals, kept = clean_up(client, Keys(settings.redis_key_prefix), max_age_hours, dry_run=dry_run)
        reports = clean_up_reports(client, settings, dry_run=dry_run)
    removed = [asdict(removal) for removal in removals]
    return {"dry_run": dry_run, "removed": removed, "kept": kept, "reports": list(reports)}


def clean_up(
    client: redis.Redis, keys: Keys, max_age_hours: float, *, dry_run: bool
) -> tuple[tuple[Removal, ...], int]:
    """Remove what ``because_of`` says; with ``dry_run`` only tell. Returns what goes, and how many sessions stay."""
    manager = SessionManager(client, keys)
    now = _now(client)
    live = published_live(client, keys)
    stored = _stored(client, keys, manager)
    removals = tuple(
        Removal(one.state.session_id, why)
        for one in stored
        if (why := because_of(one, live, now, timedelta(hours=max_age_hours)))
    )
    for removal in removals:
        if not dry_run:
            manager.delete_session(removal.session_id)
        log.info("session removed", **asdict(removal), dry_run=dry_run)
    return removals, len(stored) - len(removals)


def clean_up_reports(client: redis.Redis, settings: WorkerSettings, *, dry_run: bool) -> tuple[str, ...]:
    """Remove old reports by ``too_old``; with ``dry_run`` only tell. Returns their folders.

    Raises:
        ArtifactStoreUnavailable: the store is away.
    """
    if not settings.artifact_retention_days:
        return ()
    try:
        store = ArtifactStore(settings)
    except OSError as error:
        # Only the workers that crawl need the directory; this one may have been given none.
        log.warning("reports are not looked at", reason=str(error))
        return ()
    live = published_live(client, Keys(settings.redis_key_prefix))
    max_age = timedelta(days=settings.artifact_retention_days)
    removed = asyncio.run(remove_old_reports(store, live, _now(client), max_age, dry_run=dry_run))
    for folder in removed:
        log.info("report removed", folder=folder, dry_run=dry_run)
    return removed


def because_of(stored: Stored, live: Live | None, now: datetime, max_age: timedelta) -> str | None:
    """Why a session's keys may go; None: they stay. A session that may still need them is never removed."""
    state = stored.state
    if live is not None and live.at - stored.made_at > GONE_MARGIN and state.session_id not in live.session_ids:
        return "its resource is gone"
    if stored.acknowledged and state.status.final and state.completed_at and now - state.completed_at > max_age:
        return f"it ended more than {max_age / timedelta(hours=1):g} h ago"
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

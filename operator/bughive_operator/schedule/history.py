"""Which of a schedule's finished sessions are too many. Pure."""

from collections.abc import Iterable

from bughive_crds.crawl_schedule import CrawlScheduleSpec
from bughive_crds.crawl_session import Phase
from bughive_operator.observation import Resource
from bughive_operator.schedule.view import over


def surplus(spec: CrawlScheduleSpec, sessions: Iterable[Resource]) -> list[Resource]:
    """The sessions beyond the history's limits, oldest first."""
    finished = sorted((s for s in sessions if over(s) and not s.deleting), key=_age, reverse=True)
    good = [session for session in finished if session.status.phase is Phase.COMPLETED]
    bad = [session for session in finished if session.status.phase is not Phase.COMPLETED]
    beyond = good[spec.successful_sessions_history_limit :] + bad[spec.failed_sessions_history_limit :]
    return sorted(beyond, key=_age)


def _age(session: Resource) -> tuple[object, ...]:
    return (session.created_at, session.name)

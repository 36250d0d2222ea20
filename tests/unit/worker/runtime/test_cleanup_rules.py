from datetime import UTC, datetime, timedelta

import pytest

from bughive_protocol.live import Live
from bughive_protocol.retirement import Retirement
from bughive_protocol.state import SessionState, SessionStatus
from bughive_worker.tasks.cleanup_old_sessions import Stored, because_of

NOW = datetime(2026, 1, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stored(
    status: SessionStatus = SessionStatus.RUNNING,
    *,
    made: timedelta = 48 * HOUR,
    ended: timedelta | None = None,
    acknowledged: bool = False,
) -> Stored:
    state = SessionState(session_id="a", status=status, completed_at=NOW - ended if ended else None)
    return Stored(state, NOW - made, acknowledged)


def live(*ids: str, age: timedelta = HOUR) -> Live:
    return Live(NOW - age, frozenset(ids))


@pytest.mark.parametrize(
    ("session", "listed"),
    [
        (stored(), None),
        (stored(), live("a")),
        (stored(made=HOUR / 2), live()),
        (stored(made=3 * HOUR), live(age=5 * HOUR)),
        (stored(SessionStatus.COMPLETED, ended=30 * HOUR), live("a")),
        (stored(SessionStatus.COMPLETED, ended=23 * HOUR, acknowledged=True), live("a")),
        (stored(SessionStatus.COMPLETED, ended=30 * HOUR), None),
    ],
    ids=[
        "unfinished, nothing published",
        "unfinished and live",
        "just made, not listed yet",
        "made after the list",
        "over, but its resource does not say so yet",
        "over, but young",
        "over, nothing published, not acknowledged",
    ],
)
def test_a_session_that_may_be_needed_stays(session: Stored, listed: Live | None) -> None:
    assert because_of(session, listed, NOW, 24 * HOUR) is None


@pytest.mark.parametrize(
    ("session", "listed", "why"),
    [
        (stored(), live("b"), Retirement.GONE),
        (stored(SessionStatus.FAILED, ended=25 * HOUR, acknowledged=True), None, Retirement.OVER),
        (stored(SessionStatus.COMPLETED, ended=HOUR), live(), Retirement.GONE),
    ],
)
def test_a_session_that_nobody_needs_goes(session: Stored, listed: Live | None, why: Retirement) -> None:
    assert because_of(session, listed, NOW, 24 * HOUR) is why

"""The seed's session states, on a real Redis."""

from datetime import UTC, datetime

import pytest

from bughive_protocol.lease import BeatResult
from bughive_protocol.live import published_live
from bughive_protocol.session_manager import SessionManager
from bughive_protocol.state import SessionState, SessionStatus


@pytest.fixture
def manager(client, keys) -> SessionManager:
    return SessionManager(client, keys)


def test_a_session_that_is_not_known_has_no_state(manager: SessionManager) -> None:
    assert manager.get_session_state("missing") is None
    assert manager.get_all_sessions() == []
    assert not manager.update_progress("missing", 1, 1, "u")
    assert not manager.mark_complete("missing", {})
    assert not manager.mark_failed("missing", "e")
    assert not manager.delete_session("missing")
    assert manager.get_session_state("missing") is None


def test_a_state_comes_back_as_it_was_written(manager: SessionManager) -> None:
    state = SessionState(
        session_id="s",
        status=SessionStatus.COMPLETED,
        task_id="s-1-0",
        started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        completed_at=datetime(2026, 1, 2, 4, 4, 5, 678000, tzinfo=UTC),
        pages_crawled=7,
        bugs_found=2,
        current_url="http://shop.test/ü",
        error="none",
        summary={"bugs": {"High": 2}},
    )
    manager.update_session_state("s", state)
    assert manager.get_session_state("s") == state
    manager.update_session_state("s", SessionState(session_id="s"))
    assert manager.get_session_state("s") == SessionState(session_id="s")


def test_a_state_is_not_written_to_another_session(manager: SessionManager) -> None:
    with pytest.raises(ValueError, match="cannot be written to session b"):
        manager.update_session_state("b", SessionState(session_id="a"))


def test_what_has_finished_stays_finished(manager: SessionManager) -> None:
    manager.update_session_state("s", SessionState(session_id="s", status=SessionStatus.RUNNING))
    assert manager.update_progress("s", 3, 1, "http://shop.test/a")
    assert manager.mark_complete("s", {"pages": 3})
    done = manager.get_session_state("s")
    assert (done.status, done.pages_crawled, done.current_url, done.summary) == ("completed", 3, None, {"pages": 3})
    assert done.completed_at is not None
    assert not manager.mark_failed("s", "too late")
    assert not manager.update_progress("s", 9, 9, "u")
    assert manager.get_session_state("s") == done


def test_a_failed_session_says_why(manager: SessionManager) -> None:
    manager.update_session_state("s", SessionState(session_id="s"))
    assert manager.mark_failed("s", "no such host")
    assert (manager.get_session_state("s").status, manager.get_session_state("s").error) == ("failed", "no such host")


async def test_every_write_is_told_to_the_operator(manager: SessionManager, control) -> None:
    writes = [
        lambda: manager.update_session_state("s", SessionState(session_id="s")),
        lambda: manager.update_progress("s", 1, 0, "u"),
        lambda: manager.mark_failed("s", "e"),
    ]
    seen = await control.changes(None, 0)
    for write in writes:
        write()
        seen = await control.changes(seen.incarnation, seen.cursor)
        assert seen.session_ids == ("s",)


async def test_the_life_of_a_session_shows_in_its_state(manager, control, leases, order, session_id) -> None:
    await control.dispatch(order(session_id))
    queued = manager.get_session_state(session_id)
    assert (queued.status, queued.task_id, queued.started_at) == ("pending", f"{session_id}-1-0", None)
    fence = leases.acquire(session_id, 1, 0, "a").fence
    running = manager.get_session_state(session_id)
    assert running.status == "running"
    assert running.started_at is not None
    leases.beat(fence, "http://shop.test/a")
    assert manager.get_session_state(session_id).current_url == "http://shop.test/a"
    leases.release(fence, "Drain")
    assert manager.get_session_state(session_id).status == "pending"
    await control.cancel(session_id, 1, 1, "Cancelled")
    ended = manager.get_session_state(session_id)
    assert (ended.status, ended.error) == ("failed", "Cancelled")


async def test_deleting_a_session_stops_its_holder(manager, leases, fence, client, keys) -> None:
    assert manager.delete_session(fence.session_id)
    assert leases.beat(fence) is BeatResult.LOST
    assert client.keys(f"{keys.prefix}:session:*") == []


async def test_all_sessions_are_listed(manager, control, order) -> None:
    for name in ("a", "b"):
        await control.dispatch(order(name))
    assert [state.session_id for state in manager.get_all_sessions()] == ["a", "b"]


async def test_cleanup_deletes_old_sessions_that_nobody_needs(manager, control) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    for name, status, ended in [
        ("running", SessionStatus.RUNNING, None),
        ("acknowledged", SessionStatus.COMPLETED, long_ago),
        ("unseen", SessionStatus.COMPLETED, long_ago),
        ("gone", SessionStatus.FAILED, long_ago),
        ("fresh", SessionStatus.COMPLETED, await control.redis_time()),
    ]:
        manager.update_session_state(name, SessionState(session_id=name, status=status, completed_at=ended))
    for name in ("acknowledged", "fresh"):
        await control.acknowledge(name, "completed", None)
    assert manager.cleanup_completed_sessions(1) == 1
    await control.publish_live(["unseen", "running", "fresh"])
    assert manager.cleanup_completed_sessions(1) == 1
    assert {state.session_id for state in manager.get_all_sessions()} == {"running", "unseen", "fresh"}


async def test_the_live_sessions_are_published_with_the_time(control, client, keys) -> None:
    assert published_live(client, keys) is None
    await control.publish_live(["a", "b"])
    live = published_live(client, keys)
    assert live.session_ids == {"a", "b"}
    assert abs((await control.redis_time() - live.at).total_seconds()) < 5

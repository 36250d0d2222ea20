"""What users do at the worst moment: against the finish, in each phase, while no operator is there, many at once."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bughive_crds.crawl_session import Phase

from .installation import OPERATORS
from .place import EVERYWHERE, Place, Session

ENDS = {Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED}
HOUR, THREE_DAYS = timedelta(hours=1), timedelta(days=3)


@pytest.fixture
def _operators_with_the_right_time(installation) -> Iterator[None]:
    """What an operator took for the time in a test is not the next one's."""
    yield
    with installation.without(*OPERATORS):
        pass


def reason(session: Session) -> str:
    return next(each.reason for each in session.status.conditions if each.type == "Finished")


def agrees(session: Session) -> Phase:
    """Resource and Redis tell of one end, and no page counts twice."""
    session.wait("has ended", lambda: session.status.phase in ENDS)
    status, verdict = session.status, session.verdict
    assert verdict is not None
    assert (status.phase is Phase.COMPLETED) == (not verdict["cancelled"])
    counted = int(session.place.installation.redis.hget(session.keys.occurrences, EVERYWHERE) or 0)
    assert counted == session.recorded == status.progress.pages_crawled
    return status.phase


@pytest.mark.parametrize("verb", ["cancel", "suspend", "deadline"])
def test_against_the_finish(place, verb) -> None:
    pages, ends = 10, []
    deadline = {"activeDeadlineSeconds": 1, "browser": {"pageTimeoutSeconds": 1}} if verb == "deadline" else {}
    sessions = [place.apply(f"race-{n}", pages=pages, **deadline) for n in range(10)]
    for n, session in enumerate(sessions):
        if verb == "deadline":
            continue
        session.wait("is nearly crawled", lambda session=session, n=n: session.recorded >= pages - n % 3)
        session.change(**{verb: True})
    for session in sessions:
        if verb == "suspend":
            session.wait("stands", lambda session=session: session.status.phase in {Phase.COMPLETED, Phase.SUSPENDED})
            session.change(suspend=False)
            session.ends_whole(attempt=None)
        ends.append(agrees(session))
    assert set(ends) <= ENDS


@pytest.mark.usefixtures("_operators_with_the_right_time")
def test_what_ended_while_no_operator_was_there_for_an_hour_has_ended(place, recovery) -> None:
    """Neither a deadline that has passed since, nor a cancel that came after the end, undoes it."""
    installation = place.installation
    limits = {"activeDeadlineSeconds": 600, "queueDeadlineSeconds": 600}
    sessions = [place.begin(name, pages=160, **limits) for name in ("deadline", "cancelled")]
    for session in sessions:
        session.wait("runs", lambda session=session: session.status.phase is Phase.RUNNING)
    with ExitStack() as meanwhile:
        with installation.without(*OPERATORS):
            meanwhile.enter_context(installation.gateway.ahead(HOUR))
            never = place.apply("never-begun", **limits)
            for session in sessions:
                session.wait("has its verdict", lambda session=session: session.verdict)
            sessions[1].change(cancel=True)
            at = time.monotonic()
        for session in sessions:
            status = session.ends_whole()
        recovery.note("operators away for an hour, sessions ended", time.monotonic() - at, status)
        never.reaches(Phase.FAILED)
        assert reason(never) == "QueueDeadlineExceeded"


@pytest.mark.usefixtures("_operators_with_the_right_time")
def test_suspended_for_three_days(place, recovery) -> None:
    installation = place.installation
    session = place.begin("paused", pages=240, queueDeadlineSeconds=60, activeDeadlineSeconds=600)
    session.change(suspend=True)
    session.reaches(Phase.SUSPENDED)
    kept = session.recorded
    assert {installation.redis.ttl(key) for key in session.keys.all()} <= {-1, -2}, "nothing of it may expire"
    with ExitStack() as meanwhile:
        with installation.without(*OPERATORS):
            meanwhile.enter_context(installation.gateway.ahead(THREE_DAYS))
        at = time.monotonic()
        session.change(suspend=False)
        recovered = session.goes_on(at, pages=kept)
        recovery.note("resumed after three days", recovered, session.ends_whole(attempt=2))


def in_each_phase(place: Place) -> dict[Phase, list[Session]]:
    completed = place.apply("completed", pages=3)
    completed.ends_whole()
    suspended = place.begin("suspended", pages=240)
    suspended.change(suspend=True)
    suspended.reaches(Phase.SUSPENDED)
    later = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    pending = place.apply("pending", startAt=later.isoformat())
    pending.reaches(Phase.PENDING)
    running = [place.begin(f"running-{n}", pages=2000) for n in range(2)]
    for session in running:
        session.reaches(Phase.RUNNING)
    queued = place.apply("queued")
    queued.reaches(Phase.QUEUED)
    return {
        Phase.COMPLETED: [completed],
        Phase.SUSPENDED: [suspended],
        Phase.PENDING: [pending],
        Phase.RUNNING: running,
        Phase.QUEUED: [queued],
    }


def test_cancel_in_each_phase(place, recovery) -> None:
    by_phase = in_each_phase(place)
    at = time.monotonic()
    for sessions in by_phase.values():
        for session in sessions:
            session.change(cancel=True)
    for phase, sessions in by_phase.items():
        for session in sessions:
            session.reaches(phase if phase is Phase.COMPLETED else Phase.CANCELLED)
            session.wait("nobody has it", lambda session=session: not session.leased)
    recovery.note("cancel in each phase", time.monotonic() - at)


def test_delete_in_each_phase(place, recovery) -> None:
    sessions = [session for sessions in in_each_phase(place).values() for session in sessions]
    at = time.monotonic()
    for session in sessions:
        place.delete(session.name)
    for session in sessions:
        session.wait("Redis is clean", lambda session=session: not session.stored and not session.leased, 30)
    recovery.note("delete in each phase", time.monotonic() - at)
    assert place.items() == []


def test_deleted_and_applied_again_under_the_same_name(place, recovery) -> None:
    first = place.begin("again", pages=200)
    place.delete("again")
    at = time.monotonic()
    second = place.apply("again")
    assert second.uid != first.uid
    second.wait("is begun", lambda: second.recorded)
    recovered = time.monotonic() - at
    recovery.note("delete, and apply under the same name", recovered, second.ends_whole())
    first.wait("Redis is clean", lambda: not first.stored, 30)


def test_suspend_and_resume_again_and_again(place) -> None:
    session = place.begin("flapping", pages=80)
    for _ in range(10):
        for suspend in (True, False):
            session.change(suspend=suspend)
    session.ends_whole(attempt=None)


def test_what_may_not_be_edited_is_refused_while_it_runs(place) -> None:
    """tests/integration/crds has the whole list."""
    session = place.begin("fixed")
    assert place.refuses("fixed", url="http://script.test/noop")
    assert place.refuses("fixed", scope={"maxPages": 1})
    assert place.refuses("fixed", activeDeadlineSeconds=1)
    session.ends_whole()


def test_two_hundred_sessions_deleted_at_once(place, recovery) -> None:
    installation = place.installation
    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda n: place.apply(f"one-of-many-{n}", pages=100), range(200)))
    place.installation.wait("some run", lambda: place.phases()[Phase.RUNNING] == 2)
    at = time.monotonic()
    installation.cluster.kubectl("delete", "crawlsessions", "-n", place.namespace, "--all", "--wait=false")
    for session in sessions:
        session.wait("Redis is clean", lambda session=session: not session.stored and not session.leased, 60)
    late = place.apply("late", pages=5)
    late.wait("is begun", lambda: late.recorded)
    recovery.note("200 sessions deleted at once, the next is begun", time.monotonic() - at, late.ends_whole())


def test_a_namespace_is_deleted(place, recovery) -> None:
    installation = place.installation
    doomed = f"doomed-{uuid.uuid4().hex[:8]}"
    installation.cluster.kubectl("create", "namespace", doomed)
    there = Place(installation, doomed)
    sessions = [there.begin("running", pages=500), *(there.apply(f"more-{n}") for n in range(5))]
    at = time.monotonic()
    installation.cluster.kubectl("delete", "namespace", doomed, "--wait=false")
    late = place.apply("late", pages=5)
    for session in sessions:
        session.wait("Redis is clean", lambda session=session: not session.stored and not session.leased, 60)
    recovery.note("a namespace deleted", time.monotonic() - at, late.ends_whole())

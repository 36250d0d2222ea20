"""kill -9 of each process: the session completes, every page recorded once, every bug counted once."""

import signal
import time

import psutil

from .installation import OPERATORS


def killed(process: psutil.Process) -> float:
    process.kill()
    return time.monotonic()


def test_the_workers_parent(place, recovery) -> None:
    session = place.begin("parent")
    at = killed(place.installation.process(session.worker()))
    recovered = session.goes_on(at, pages=session.recorded + 3)
    recovery.note("kill -9 of a worker", recovered, session.ends_whole(attempt=2, failures=1))


def test_the_workers_child(place, recovery) -> None:
    session = place.begin("child")
    worker = session.worker()
    parent = place.installation.process(worker)
    at = killed(session.holder())
    recovered = session.goes_on(at, pages=session.recorded + 3)
    recovery.note("kill -9 of a worker's child", recovered, session.ends_whole(attempt=2, failures=1))
    assert place.installation.process(worker) == parent


def test_the_leading_operator(place, recovery) -> None:
    installation = place.installation
    leader = installation.leader()
    session = place.begin("leader", pages=120)
    at = killed(installation.process(leader))
    late = place.apply("late", pages=5)
    late.wait("is begun", lambda: late.recorded)
    recovered = time.monotonic() - at
    late.ends_whole()
    recovery.note("kill -9 of the leading operator", recovered, session.ends_whole())


def test_both_operators(place, recovery) -> None:
    installation = place.installation
    session = place.begin("both", pages=120)
    for name in OPERATORS:
        at = killed(installation.process(name))
    late = place.apply("late", pages=5)
    late.wait("is begun", lambda: late.recorded)
    recovered = time.monotonic() - at
    late.ends_whole()
    recovery.note("kill -9 of both operators", recovered, session.ends_whole())


def test_everything_at_once(place, recovery) -> None:
    installation = place.installation
    session = place.begin("everything", pages=100)
    for name in (*OPERATORS, session.worker()):
        at = killed(installation.process(name))
    installation.redis_server.kill()
    installation.redis_server.start()
    recovered = session.goes_on(at, pages=session.recorded + 3)
    recovery.note(
        "kill -9 of Redis, both operators and the worker", recovered, session.ends_whole(attempt=2, failures=1)
    )


def test_a_worker_stopped_past_its_lease_writes_nothing_when_it_wakes(place, recovery) -> None:
    """SIGSTOP of the whole worker, until another one has the session; then SIGCONT."""
    session = place.begin("frozen", pages=80)
    parent = place.installation.process(session.worker())
    family = [parent, *parent.children(recursive=True)]
    before = session.holder()
    for process in family:
        process.send_signal(signal.SIGSTOP)
    at = time.monotonic()
    recovered = session.goes_on(at, pages=session.recorded + 3)
    assert session.holder() != before
    for process in family:
        process.send_signal(signal.SIGCONT)
    recovery.note("SIGSTOP of a worker past its lease, SIGCONT", recovered, session.ends_whole(attempt=2, failures=1))

"""Workers that die, hang, freeze, or lose Redis: nothing is lost and nothing is doubled."""

import signal
import time

import psutil
import pytest

from bughive_dev.redis_server import RedisServer

PAGES = 60
LEASE_SECONDS = 5.0
"""A third of the product's, so that nobody waits for long until it has run out."""


def recorded_once(lab, session_id: str) -> None:
    """Every page has one result; a page may have been visited again, but was recorded by one holder."""
    seen = lab.observe(session_id)
    assert seen.counts.crawled == PAGES
    assert seen.counts.failed == 0
    recorded = [note.what for note in lab.noted(session_id, "recorded")]
    assert len(recorded) == len(set(recorded))


def start(lab, **environment: str):
    return lab.start_worker(LEASE_SECONDS=str(LEASE_SECONDS), **environment)


def begin(lab) -> str:
    session_id = lab.start("pages?seconds=0.1", max_pages=PAGES)
    lab.wait("some pages", lambda: len(lab.noted(session_id, "recorded")) > 5)
    return session_id


def take_over(lab, session_id: str) -> None:
    """What the operator does when a lease ran out."""
    lab.wait(
        "the lease ran out",
        lambda: session_id in lab.control(lambda control: control.expired_leases()),
        seconds=LEASE_SECONDS + 5,
    )
    lab.go_on(session_id, "pages", attempt=2, max_pages=PAGES)
    lab.wait("the verdict", lambda: lab.observe(session_id).verdict)


def test_kill_9_of_a_child(lab) -> None:
    worker = start(lab)
    session_id = begin(lab)
    worker.children()[0].kill()
    take_over(lab, session_id)
    recorded_once(lab, session_id)


def test_kill_9_of_the_parent_takes_the_children_with_it(lab) -> None:
    worker = start(lab)
    session_id = begin(lab)
    children = worker.descendants()
    worker.process.kill()
    worker.process.wait(10)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    start(lab)
    take_over(lab, session_id)
    recorded_once(lab, session_id)


@pytest.mark.parametrize("victim", ["child", "parent"])
def test_no_browser_is_left_behind_by_a_killed_worker(victim: str, lab) -> None:
    worker = start(lab)
    session_id = lab.start("browser")
    lab.wait("the browser", lambda: lab.noted(session_id, "opened open"))
    child = worker.children()[0]
    browsers = child.children(recursive=True)
    assert any("headless" in " ".join(process.cmdline()) for process in browsers)
    (child if victim == "child" else psutil.Process(worker.pid)).kill()
    _, alive = psutil.wait_procs(browsers, timeout=20)
    assert alive == []


def test_no_browser_is_left_behind_by_a_drain(lab) -> None:
    worker = start(lab)
    session_id = lab.start("browser")
    lab.wait("the browser", lambda: lab.noted(session_id, "opened open"))
    browsers = worker.children()[0].children(recursive=True)
    worker.terminate(within=25)
    _, alive = psutil.wait_procs(browsers, timeout=5)
    assert alive == []
    assert lab.client.llen(f"{lab.prefix}:test:closed") == 1


def test_a_loop_that_hangs_loses_its_lease_and_its_process_is_replaced(lab) -> None:
    worker = start(lab)
    session_id = lab.start("hang")
    lab.wait("the crawl", lambda: lab.noted(session_id, "began"))
    hung = worker.children()[0]
    lab.wait(
        "the lease ran out",
        lambda: session_id in lab.control(lambda control: control.expired_leases()),
        seconds=2 * LEASE_SECONDS,
    )
    psutil.wait_procs([hung], timeout=40)
    assert not hung.is_running()
    again = lab.start("noop")
    lab.wait("the next session's verdict", lambda: lab.observe(again).verdict)


def test_a_worker_frozen_past_its_lease_writes_nothing_when_it_wakes(lab) -> None:
    frozen = start(lab)
    session_id = begin(lab)
    family = [psutil.Process(frozen.pid), *frozen.descendants()]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    start(lab, BUGHIVE_HEALTH_FILE="")
    take_over(lab, session_id)
    ended = len(lab.notes(session_id))
    for process in family:
        process.send_signal(signal.SIGCONT)
    lab.wait("it notices", lambda: "session left" in frozen.log.read_text())
    recorded_once(lab, session_id)
    assert lab.noted(session_id, "recorded")[-1].epoch > 1
    assert not any(note.what.startswith("recorded") for note in lab.notes(session_id)[ended:])


@pytest.mark.parametrize("away", [3, 2.5 * LEASE_SECONDS], ids=["shorter than the lease", "longer than the lease"])
def test_redis_goes_away_and_comes_back_and_the_same_worker_goes_on(
    away: float, private_redis: RedisServer, private_lab
) -> None:
    start(private_lab)
    session_id = begin(private_lab)
    gone_at = time.monotonic()
    private_redis.kill()
    private_lab.wait("the outage is over", lambda: time.monotonic() - gone_at > away, seconds=away + 5)
    private_redis.start()
    private_lab.wait("the verdict", lambda: private_lab.observe(session_id).verdict, seconds=60)
    recorded_once(private_lab, session_id)
    assert {note.epoch for note in private_lab.notes(session_id)} == {1}

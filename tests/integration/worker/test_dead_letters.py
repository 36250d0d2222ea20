"""What no worker tries again is kept, told, and sent again once, however often that is asked for."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bughive_protocol.dead_letters import DeadLetter, DeadLetters, LetterReason, ReplayClaim
from bughive_protocol.messages import CLEANUP_OLD_SESSIONS, RUN_CRAWL_SESSION
from bughive_worker.cli.dead_letters import replay_one

from .conftest import Worker

SCRIPT = Path(__file__).with_name("letter_worker.py")
FAILING = {
    "test.flaky": ({"who": "shop"}, LetterReason.OUT_OF_TRIES, 3),
    "test.refused": ({}, LetterReason.PERMANENT_ERROR, 1),
    "test.defect": ({"number": 0}, LetterReason.UNEXPECTED_ERROR, 1),
    "test.slow": ({}, LetterReason.TIME_LIMIT, 1),
    "test.dies": ({}, LetterReason.WORKER_LOST, 2),
    "test.well": ({"wrod": "x"}, LetterReason.UNKNOWN_ARGUMENTS, 1),
    "test.of-another-version": ({"a": 1}, LetterReason.UNKNOWN_TASK, 1),
}


@pytest.fixture
def letters(lab) -> DeadLetters:
    return DeadLetters(lab.client, lab.keys)


def start(lab, queue: str = "default") -> Worker:
    worker = Worker(
        ["--queues", queue, "--concurrency", "1"],
        lab.environment(BUGHIVE_HEALTH_FILE=""),
        lab.health_file.with_suffix(".log"),
        SCRIPT,
    )
    lab.workers.append(worker)
    return worker


def command(lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    entry = "from bughive_worker.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", entry, "dead-letters", *arguments],
        env=lab.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def some_letter(**more: object) -> DeadLetter:
    told = {"task": "test.well", "task_id": "t1", "queue": "default", "reason": LetterReason.OUT_OF_TRIES, "error": "e"}
    return DeadLetter.model_validate({**told, **more})


def test_every_way_to_fail_leaves_a_letter_with_its_reason(lab, letters) -> None:
    start(lab)
    for task, (kwargs, _, _) in FAILING.items():
        lab.app.send_task(task, kwargs=kwargs, task_id=f"id-{task}", queue="default")
    lab.wait("every letter", lambda: letters.count() == len(FAILING), seconds=60)
    kept = {filed.letter.task: filed.letter for filed in letters.all()}
    for task, (kwargs, reason, tries) in FAILING.items():
        letter = kept[task]
        assert (letter.reason, letter.tries, letter.named_arguments) == (reason, tries, kwargs), task
        assert (letter.task_id, letter.queue) == (f"id-{task}", "default")
    assert "division by zero" in kept["test.defect"].error
    assert "ZeroDivisionError" in kept["test.defect"].traceback
    assert "secret" not in kept["test.flaky"].model_dump_json()
    assert (
        lab.app.send_task("test.well", queue="default", kwargs={"word": "still alive"}).get(timeout=30) == "still alive"
    )


@pytest.mark.parametrize(
    ("body", "type_"), [(b"{not json", "application/json"), (b"\x80\x04.", "application/x-python-serialize")]
)
def test_a_message_that_cannot_be_read_is_kept_and_the_worker_goes_on(lab, letters, body, type_) -> None:
    start(lab)
    with lab.app.connection_for_write() as connection:
        producer = connection.Producer(routing_key="default")
        for headers in ({"task": "test.well", "id": "t1"}, {}):
            producer.publish(body, content_type=type_, content_encoding="utf-8", headers=headers, serializer=None)
    lab.wait("both letters", lambda: letters.count() == 2)
    assert {filed.letter.reason for filed in letters.all()} == {LetterReason.UNREADABLE}
    (named,) = (filed for filed in letters.all() if filed.letter.task_id == "t1")
    assert named.letter.body
    assert "cannot be replayed" in command(lab, "replay", named.id).stdout
    assert lab.app.send_task("test.well", queue="default", kwargs={"word": "on"}).get(timeout=30) == "on"


def test_a_crawl_that_dies_is_the_operators_and_leaves_no_letter(lab, letters) -> None:
    lab.start_worker(LEASE_SECONDS="5")
    dying = lab.start("hang")
    lab.wait("the crawl", lambda: lab.noted(dying, "began"))
    lab.workers[-1].children()[0].kill()
    lab.app.send_task(RUN_CRAWL_SESSION, kwargs={"session_id": dying, "attempt": 1, "shard": 0, "colour": "red"})
    lab.wait("the letter of the wrong message", lambda: letters.count() == 1)
    (filed,) = letters.all()
    assert filed.letter.reason is LetterReason.UNKNOWN_ARGUMENTS


def test_a_letter_is_replayed_once_however_often_it_is_asked_for(lab, letters) -> None:
    id_ = letters.bury(some_letter(named_arguments={"word": "again"}))
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: replay_one(letters, lab.app, id_), range(8)))
    assert all(well for _, well in said)
    assert [told for told, _ in said if "sent to" in told] == ["test.well sent to the queue default"]
    assert command(lab, "replay", id_).stdout == f"{id_}: was replayed before\n"
    (message,) = map(json.loads, lab.client.lrange(f"{lab.keys.celery}default", 0, -1))
    assert (message["headers"]["task"], message["headers"]["id"]) == ("test.well", "t1")
    assert letters.count() == 0
    # One who died while sending it holds nobody up for ever.
    abandoned = letters.bury(some_letter(task_id="t2"))
    assert letters.claim(abandoned, seconds=0.1) is ReplayClaim.OK
    assert letters.claim(abandoned) is ReplayClaim.BUSY
    lab.wait("the claim ran out", lambda: "sent to" in replay_one(letters, lab.app, abandoned)[0])


def test_the_command_lists_shows_replays_and_purges(lab, letters) -> None:
    first = letters.bury(some_letter(task=CLEANUP_OLD_SESSIONS, task_id="a", traceback="Traceback: here"))
    second = letters.bury(
        some_letter(task_id="b", reason=LetterReason.PERMANENT_ERROR, error="PermanentError: no team")
    )
    listed = command(lab, "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [first, second]
    (told,) = map(json.loads, command(lab, "list", "--json", "--reason", "PermanentError").stdout.splitlines())
    assert (told["id"], told["error"]) == (second, "PermanentError: no team")
    assert "Traceback: here" in command(lab, "show", first).stdout
    assert command(lab, "show", "1-1").returncode == 2
    assert "sent to the queue default" in command(lab, "replay", "--all", "--task", CLEANUP_OLD_SESSIONS).stdout
    assert [filed.id for filed in letters.all()] == [second]
    assert command(lab, "purge", "--all", "--older-than-hours", "1").stdout == "0 removed\n"
    assert command(lab, "purge", second).stdout == "1 removed\n"
    assert letters.count() == 0


def test_letters_are_bounded_and_each_task_has_one(lab) -> None:
    few = DeadLetters(lab.client, lab.keys, most=3)
    for number in range(5):
        few.bury(some_letter(task_id=f"t{number}"))
    few.bury(some_letter(task_id="t4", error="the second time"))
    assert [(filed.letter.task_id, filed.letter.error) for filed in few.all()] == [
        ("t2", "e"),
        ("t3", "e"),
        ("t4", "the second time"),
    ]
    assert lab.client.hlen(lab.keys.dead_letter_tasks) == 3

"""Whatever ends, and however, nothing of it is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import pytest

from bughive_dev.errors import SetupError
from bughive_dev.program import Program, Record
from bughive_dev.supervision import Supervision, stop_recorded

SLEEPER = Program(name="sleeper", argv=["sleep", "300"], port=0)

STARTER = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background would ignore it
from bughive_dev.program import Program
from bughive_dev.supervision import Supervision
with Supervision(Path(sys.argv[1])) as supervision:
    supervision.start(Program(name="sleeper", argv=["sleep", "300"], port=0))
    print("started", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def starter(tmp_path):
    """Another process that holds a supervision with one program, and what it has recorded."""
    with subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"started\n"
        yield process, Record.read(tmp_path)
        process.kill()
    stop_recorded(tmp_path)


def assert_all_gone(record):
    for process in (record.supervisor, *(each.process for each in record.programs)):
        assert process.wait_gone(10), f"{process} is left behind"


def test_leaving_the_block_ends_everything(tmp_path):
    with Supervision(tmp_path) as supervision:
        supervision.start(SLEEPER)
        record = Record.read(tmp_path)
        assert record.program("sleeper").process.alive

    assert_all_gone(record)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_everything_ends_with_its_starter(starter, number):
    process, record = starter

    os.kill(process.pid, number)

    assert_all_gone(record)


def test_a_starter_that_ends_before_it_is_answered_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "bughive_dev.supervisor", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as supervisor:
        supervisor.stdout.close()
        supervisor.stdin.write(json.dumps(asdict(SLEEPER)).encode() + b"\n")
        supervisor.stdin.flush()

        assert supervisor.wait(10) == 0

    assert_all_gone(Record.read(tmp_path))


def test_programs_end_with_a_killed_supervisor(starter):
    _, record = starter

    record.supervisor.send(signal.SIGKILL)

    assert_all_gone(record)


def test_what_stays_outlives_its_starter_until_it_is_stopped(tmp_path):
    stays = STARTER.replace("time.sleep(300)", "supervision.stay()")
    subprocess.run([sys.executable, "-c", stays, str(tmp_path)], check=True, stdout=subprocess.DEVNULL, timeout=30)
    record = Record.read(tmp_path)
    assert record.program("sleeper").process.alive

    assert stop_recorded(tmp_path)

    assert_all_gone(record)
    assert not stop_recorded(tmp_path)


def test_a_program_that_wants_to_leave_by_itself_may(tmp_path):
    script = "trap 'echo left > left; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    polite = Program(name="polite", argv=["sh", "-c", script], port=0, stop_signal=signal.SIGTERM)
    with Supervision(tmp_path) as supervision:
        supervision.start(polite)
        deadline = time.monotonic() + 10
        while "ready" not in (tmp_path / "polite.log").read_text():
            assert time.monotonic() < deadline

    assert (tmp_path / "left").read_text() == "left\n"


def test_a_program_that_will_not_leave_is_killed_after_its_grace(tmp_path):
    stubborn = Program(
        name="stubborn",
        argv=["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"],
        port=0,
        stop_signal=signal.SIGTERM,
        grace_seconds=0.2,
    )
    with Supervision(tmp_path) as supervision:
        supervision.start(stubborn)
        record = Record.read(tmp_path)

    assert_all_gone(record)


def test_a_program_that_cannot_be_executed_is_named(tmp_path):
    with Supervision(tmp_path) as supervision, pytest.raises(SetupError, match=r"absent does not start.*/no/such"):
        supervision.start(Program(name="absent", argv=["/no/such/program"], port=0))


def test_a_program_that_ended_is_reported_with_the_end_of_its_log(tmp_path):
    failing = Program(name="failing", argv=["sh", "-c", "echo the disk is full; exit 3"], port=0)
    with Supervision(tmp_path) as supervision:
        supervision.start(failing)
        Record.read(tmp_path).program("failing").process.wait_gone(10)

        with pytest.raises(SetupError, match="the disk is full"):
            supervision.check_alive("failing")


def test_a_program_gets_the_environment_it_was_given(tmp_path):
    printing = Program(name="printing", argv=["sh", "-c", "echo $COLOUR > colour"], port=0, env={"COLOUR": "green"})
    with Supervision(tmp_path) as supervision:
        supervision.start(printing)
        Record.read(tmp_path).program("printing").process.wait_gone(10)

    assert (tmp_path / "colour").read_text() == "green\n"


def test_one_name_is_one_program(tmp_path):
    with Supervision(tmp_path) as supervision:
        supervision.start(SLEEPER)

        with pytest.raises(SetupError, match="running already"):
            supervision.start(SLEEPER)

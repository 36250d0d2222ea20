import os
import signal
import subprocess
from dataclasses import replace

from bughive_dev.process_id import ProcessId


def sleeper() -> subprocess.Popen:
    return subprocess.Popen(["sleep", "300"])


def test_a_running_process_is_alive_until_it_is_killed():
    with sleeper() as child:
        identity = ProcessId.of(child.pid)
        assert identity.alive

        identity.send(signal.SIGKILL)

        assert identity.wait_gone(10)
        assert not identity.alive


def test_an_ended_process_that_nobody_waited_for_is_not_alive():
    with subprocess.Popen(["true"]) as child:
        identity = ProcessId.of(child.pid)
        assert identity.wait_gone(10)
        assert not identity.alive
        assert ProcessId.of(child.pid) == identity


def test_a_process_that_took_over_a_pid_is_never_signalled():
    with sleeper() as child:
        earlier = replace(ProcessId.of(child.pid), started=1)

        earlier.send(signal.SIGKILL)

        assert not earlier.alive
        assert earlier.wait_gone(0)
        assert child.poll() is None
        child.kill()


def test_a_process_of_an_earlier_boot_is_never_signalled():
    with sleeper() as child:
        replace(ProcessId.of(child.pid), boot="earlier").send(signal.SIGKILL)

        assert child.poll() is None
        child.kill()


def test_waiting_for_a_process_that_goes_on_gives_up():
    assert not ProcessId.of(os.getpid()).wait_gone(0.01)


def test_there_is_no_identity_without_a_process():
    with subprocess.Popen(["true"]) as child:
        child.wait()
    assert ProcessId.of(child.pid) is None

"""`cluster-up`, `cluster-down` and `cluster-status`, each in a state directory of the test's own."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fixtures.parts import missing

from bughive_dev import cluster_commands
from bughive_dev.hyperkube import is_built
from bughive_dev.program import Record

STARTER = """
import signal, sys
from pathlib import Path
from bughive_dev import cluster_commands
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background would ignore it
cluster_commands.up(Path(sys.argv[1]))
"""
COMPONENTS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]


@pytest.fixture
def new_state(tmp_path_factory):
    """Makes state directories; whatever still runs in one is stopped at the end."""
    if not is_built():
        missing("Kubernetes is not built: run `make kubernetes`")
    made = []

    def make() -> Path:
        made.append(tmp_path_factory.mktemp("state"))
        return made[-1]

    yield make
    for state in made:
        cluster_commands.down(state)


def processes(state: Path):
    record = Record.read(state / "cluster")
    return [record.supervisor, *(each.process for each in record.programs)]


def kubectl(state: Path, *arguments: str) -> str:
    command = [state / "bin/kubectl", f"--kubeconfig={state / 'kubeconfig'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def assert_all_gone(identities):
    assert [each for each in identities if not each.wait_gone(10)] == []


def test_a_cluster_goes_up_shows_its_health_and_goes_down_without_a_trace(new_state, capsys):
    state = new_state()
    assert cluster_commands.up(state) == 0
    running = processes(state)
    assert "namespace/default" in kubectl(state, "get", "namespaces", "--output=name")
    assert json.loads(kubectl(state, "version", "--output=json"))["serverVersion"]["gitVersion"].startswith("v1.")

    capsys.readouterr()
    assert cluster_commands.status(state) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["COMPONENT", "PID", "PORT", "HEALTH"]
    assert [row.split()[0] for row in rows] == [*COMPONENTS, "supervisor"]
    assert {row.split()[-1] for row in rows} == {"ok"}

    assert cluster_commands.down(state) == 0
    assert_all_gone(running)
    assert not (state / "kubeconfig").exists()
    assert not (state / "cluster").exists()
    assert cluster_commands.status(state) == 1


def test_two_clusters_run_at_once_and_know_nothing_of_each_other(new_state):
    one, other = new_state(), new_state()
    cluster_commands.up(one)
    cluster_commands.up(other)

    kubectl(one, "create", "namespace", "only-here")
    assert "only-here" not in kubectl(other, "get", "namespaces")

    cluster_commands.down(one)
    assert all(each.alive for each in processes(other))
    assert "default" in kubectl(other, "get", "namespaces")


def test_a_running_cluster_is_left_as_it_is(new_state):
    state = new_state()
    cluster_commands.up(state)
    before = processes(state)

    assert cluster_commands.up(state) == 0

    assert processes(state) == before
    assert all(each.alive for each in before)


def test_after_the_supervisor_was_killed_nothing_is_left_and_the_next_start_is_whole(new_state, capsys):
    state = new_state()
    cluster_commands.up(state)
    before = processes(state)

    before[0].send(signal.SIGKILL)

    assert_all_gone(before)
    assert cluster_commands.status(state) == 1
    assert "make cluster-up" in capsys.readouterr().out
    cluster_commands.up(state)
    assert cluster_commands.status(state) == 0


def test_a_component_that_died_is_shown_and_the_next_start_replaces_the_cluster(new_state, capsys):
    state = new_state()
    cluster_commands.up(state)
    before = processes(state)
    scheduler = Record.read(state / "cluster").program("kube-scheduler").process
    scheduler.send(signal.SIGKILL)
    assert scheduler.wait_gone(10)

    capsys.readouterr()
    assert cluster_commands.status(state) == 1
    shown = capsys.readouterr().out
    assert f"ended: see {state / 'cluster/kube-scheduler.log'}" in shown

    cluster_commands.up(state)
    assert_all_gone(before)
    assert cluster_commands.status(state) == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_starter_that_is_ended_in_mid_start_leaves_nothing(new_state, number):
    state = new_state()
    with subprocess.Popen([sys.executable, "-c", STARTER, str(state)], stderr=subprocess.DEVNULL) as starter:
        deadline = time.monotonic() + 30
        while (record := Record.read(state / "cluster")) is None or not record.programs:
            assert time.monotonic() < deadline
            time.sleep(0.01)

        starter.send_signal(number)

    assert_all_gone([record.supervisor])
    assert_all_gone(processes(state))
    assert not (state / "kubeconfig").exists()

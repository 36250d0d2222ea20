"""`make cluster-up`, `cluster-down` and `cluster-status`: the one cluster of this checkout, in the background."""

import time
from contextlib import AbstractContextManager
from pathlib import Path

from bughive_dev.cache import locked
from bughive_dev.checkout import STATE
from bughive_dev.cluster import Cluster, discard, link_kubectl, start_cluster
from bughive_dev.errors import SetupError
from bughive_dev.health import WELL, Health
from bughive_dev.hyperkube import hyperkube
from bughive_dev.images import OUTPUT
from bughive_dev.nodes import cluster as nodes_cluster
from bughive_dev.nodes.cluster import NodeCluster
from bughive_dev.nodes.requirements import meet_requirements
from bughive_dev.program import Record, Running
from bughive_dev.supervision import Supervision, stop_recorded

COLUMNS = "{:<25} {:>8} {:>6}  {}"


def up(state: Path = STATE, nodes: int = 0) -> int:
    """Start a new, empty cluster in the background; one that runs already is left as it is."""
    if nodes:
        meet_requirements()
    state.mkdir(exist_ok=True, mode=0o700)
    home, kubeconfig = state / "cluster", state / "kubeconfig"
    with _one_at_a_time(state):
        # The kubeconfig is linked last: where it is, the start came to its end.
        if kubeconfig.exists() and all(health == WELL for _, health in _components(home)):
            running = NodeCluster.recorded(home)
            if (len(running.nodes) if running else 0) != nodes:
                raise SetupError("a cluster with another number of nodes is running: `make cluster-down` stops it")
            print(f"the cluster is running already\n{_usage(state)}")
            return 0
        if _remove(state):
            print("cleaned up what was left of an earlier cluster")
        _build(nodes)  # minutes, the first time: not part of the seconds below
        started = time.monotonic()
        print("starting etcd, kube-apiserver, kube-controller-manager and kube-scheduler ...", flush=True)
        with Supervision(home) as supervision:
            cluster = _start(supervision, nodes)
            link_kubectl(state / "bin/kubectl", cluster.kubectl_path.resolve())
            supervision.stay()
        kubeconfig.symlink_to(cluster.kubeconfig)
        print(f"ready in {time.monotonic() - started:.1f} s\n{_usage(state)}")
    return 0


def down(state: Path = STATE) -> int:
    """Stop the cluster and throw away what was in it."""
    state.mkdir(exist_ok=True, mode=0o700)
    with _one_at_a_time(state):
        print("the cluster is stopped" if _remove(state) else "no cluster is running")
    return 0


def status(state: Path = STATE) -> int:
    """Print each component with its pid, port and health; exit code 1 unless all are well."""
    home = state / "cluster"
    record = Record.read(home)
    if record is None:
        print("no cluster is running: `make cluster-up` starts one")
        return 1
    components = _components(home)
    print(COLUMNS.format("COMPONENT", "PID", "PORT", "HEALTH"))
    for program, health in components:
        print(COLUMNS.format(program.name, program.process.pid, program.port or "-", health))
    supervisor = WELL if record.supervisor.alive else "ended: `make cluster-up` starts anew"
    print(COLUMNS.format("supervisor", record.supervisor.pid, "-", supervisor))
    return 0 if all(health == WELL for _, health in components) else 1


def load(state: Path = STATE, images: Path = OUTPUT) -> int:
    """Load the archives that `make images` wrote into the nodes of the cluster."""
    cluster = NodeCluster.recorded(state / "cluster")
    if cluster is None:
        raise SetupError("no cluster with nodes is running: `make cluster-up NODES=2` starts one")
    archives = sorted(images.glob("*.tar"))
    if not archives:
        raise SetupError(f"there are no images in {images}: `make images` builds them")
    _load(cluster, archives)
    return 0


def _start(supervision: Supervision, nodes: int) -> Cluster:
    if not nodes:
        return start_cluster(supervision)
    cluster = nodes_cluster.start_node_cluster(supervision, nodes)
    _load(cluster, sorted(OUTPUT.glob("*.tar")))
    return cluster


def _load(cluster: NodeCluster, archives: list[Path]) -> None:
    for archive in archives:
        started = time.monotonic()
        cluster.load(archive)
        print(
            f"loaded {archive.name} into {len(cluster.nodes)} nodes in {time.monotonic() - started:.0f} s", flush=True
        )


def _build(nodes: int) -> None:
    if nodes:
        nodes_cluster.build()
    else:
        hyperkube()


def _components(home: Path) -> list[tuple[Running, str]]:
    """Each program that was started, and its health."""
    record = Record.read(home)
    if record is None or not record.programs:
        return []
    health = Health(home)
    return [
        (each, health.of(each) if each.process.alive else f"ended: see {home / each.name}.log")
        for each in record.programs
    ]


def _remove(state: Path) -> bool:
    """Stop whatever runs and remove its files; say whether anything ran."""
    (state / "kubeconfig").unlink(missing_ok=True)
    inits = nodes_cluster.running_inits(state / "cluster")
    found = stop_recorded(state / "cluster")
    nodes_cluster.remove_nodes(state / "cluster", inits)
    discard(state / "cluster")
    return found


def _one_at_a_time(state: Path) -> AbstractContextManager[None]:
    return locked(state / "cluster.lock", waiting="another cluster-up or cluster-down is at work here: waiting for it")


def _usage(state: Path) -> str:
    return f"  export KUBECONFIG={state / 'kubeconfig'} PATH={state / 'bin'}:$PATH\n  kubectl get namespaces"

"""A cluster with nodes: the control plane of `make cluster-up`, reachable for pods, and nodes on this machine."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from bughive_dev.cache import locked
from bughive_dev.cluster import Cluster, start_control_plane
from bughive_dev.control_plane import ControlPlane, Ports
from bughive_dev.errors import SetupError
from bughive_dev.hyperkube import hyperkube
from bughive_dev.kubeconfig import write_kubeconfig
from bughive_dev.nodes.addons import MANIFESTS, addon_archives, pause_archive
from bughive_dev.nodes.addresses import HOST, MOST_NODES, Address, addresses
from bughive_dev.nodes.control_plane import AGGREGATION_CLIENT, flags
from bughive_dev.nodes.network import connect
from bughive_dev.nodes.node import START_SECONDS, Node
from bughive_dev.nodes.ownership import LOCK, WAITING, own, remove_leftovers
from bughive_dev.nodes.requirements import meet_requirements
from bughive_dev.nodes.volumes import volumes
from bughive_dev.ports import free_ports
from bughive_dev.process_id import ProcessId
from bughive_dev.program import Record
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until


@dataclass(frozen=True)
class NodeCluster(Cluster):
    """A cluster with nodes that runs."""

    nodes: tuple[Node, ...] = ()

    @classmethod
    def recorded(cls, home: Path) -> Self | None:
        """The cluster that runs under `home`; None where there is none, or one without nodes."""
        record = Record.read(home)
        names = [program.name for program in record.programs if program.process.alive] if record else []
        numbers = [int(found[1]) for name in names if (found := re.fullmatch(r"node-(\d+)", name))]
        return cls(home, tuple(Node(Address(number), home) for number in sorted(numbers))) if numbers else None

    def load(self, *archives: Path) -> None:
        """Import the images of docker archives into every node. Pods name them in full, and never pull.

        Raises:
            SetupError: a node could not import one.
        """
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda node: [node.load(archive) for archive in archives], self.nodes))


@contextmanager
def node_cluster(home: Path, nodes: int) -> Iterator[NodeCluster]:
    """A cluster for the length of a `with` block; nothing of it is left on the machine then, but files under `home`."""
    meet_requirements()
    build()
    with Supervision(home) as supervision:
        try:
            yield start_node_cluster(supervision, nodes)
        finally:
            inits = running_inits(home)
            supervision.stop()
            remove_nodes(home, inits)


def running_inits(home: Path) -> tuple[ProcessId, ...]:
    """Process 1 of each node that runs under `home`: to be read before they are stopped."""
    cluster = NodeCluster.recorded(home)
    return tuple(init for node in cluster.nodes if (init := node.init)) if cluster else ()


def build() -> None:
    """Build what is not in the cache yet: minutes, the first time."""
    hyperkube()
    pause_archive()
    addon_archives()


def start_node_cluster(supervision: Supervision, count: int) -> NodeCluster:
    """Start a new cluster in the supervision's home, and return when pods can run, find each other and are measured.

    Raises:
        SetupError: a program ended, or something did not become ready in time, or another cluster has nodes.
    """
    if not 1 <= count <= MOST_NODES:
        raise SetupError(f"NODES must be from 1 to {MOST_NODES}")
    home = supervision.home.resolve()
    with locked(LOCK, WAITING):
        own(home)
        plane = ControlPlane(hyperkube(), home, Ports(*free_ports(5)), HOST, flags(home))
        nodes = _start_namespaces(supervision, plane, addresses(count))
        connect({node.address: node.pid for node in nodes})
    cluster = NodeCluster(home, nodes)
    for node in nodes:
        node.start_containerd(supervision)
    start_control_plane(supervision, plane)
    for node in nodes:
        node.wait_for_containerd(supervision)
    cluster.load(pause_archive())
    for node in nodes:
        node.start_kubernetes(supervision, plane.binary)
    cluster.kubectl("apply", "--filename", str(MANIFESTS))
    cluster.kubectl("apply", "--filename", "-", stdin=volumes(addresses(count)))
    cluster.load(*addon_archives())
    _wait_ready(cluster)
    return cluster


def remove_nodes(home: Path, inits: tuple[ProcessId, ...] = ()) -> None:
    """Wait until stopped nodes have ended, each with its process 1, and take away what they leave on the machine."""
    for init in inits:
        init.wait_gone(START_SECONDS)
    remove_leftovers(home)


def _start_namespaces(supervision: Supervision, plane: ControlPlane, places: tuple[Address, ...]) -> tuple[Node, ...]:
    authority = plane.write_files()
    authority.issue(AGGREGATION_CLIENT).write(plane.home / "front-proxy")
    proxy = authority.issue("system:kube-proxy")
    write_kubeconfig(plane.home / "kube-proxy.kubeconfig", plane.server, authority.certificate, proxy)
    nodes = tuple(Node(place, plane.home) for place in places)
    for node in nodes:
        node.write_files(authority, plane.server)
        node.start_namespaces(supervision)
    return nodes


def _wait_ready(cluster: NodeCluster) -> None:
    names = [f"node/{node.address.name}" for node in cluster.nodes]
    exist = partial(_succeeds, cluster, "get", *names)
    wait_until("the nodes are registered", exist, START_SECONDS)
    cluster.kubectl("wait", "--for=condition=Ready", "--timeout=50s", *names)
    deployments = ("deployment/coredns", "deployment/metrics-server")
    for deployment in deployments:
        cluster.kubectl("--namespace=kube-system", "rollout", "status", "--timeout=50s", deployment)
    wait_until("the nodes are measured", partial(_succeeds, cluster, "top", "node"), START_SECONDS)


def _succeeds(cluster: Cluster, *arguments: str) -> bool:
    try:
        cluster.kubectl(*arguments)
    except SetupError:
        return False
    return True

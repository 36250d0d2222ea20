"""A cluster of two nodes on this machine that has the images of ``make images``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.parts import missing

from bughive_dev.images import OUTPUT
from bughive_dev.nodes.cluster import node_cluster

IMAGES = ("operator", "worker", "redis", "artifacts")


@contextmanager
def loaded_cluster(home: Path) -> Iterator[Path]:
    """The kubeconfig of a new cluster, which lives under `home` for the length of a `with` block."""
    archives = [OUTPUT / f"{name}.tar" for name in IMAGES]
    if os.geteuid() or not all(archive.exists() for archive in archives):
        missing("a cluster with nodes needs root and the images: run `make images` as root, or set E2E_KUBECONFIG")
    with node_cluster(home, nodes=2) as cluster:
        cluster.load(*archives)
        yield cluster.kubeconfig

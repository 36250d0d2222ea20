"""PersistentVolumes: directories of the nodes, made ahead, behind the StorageClass `standard`."""

import json
from pathlib import Path

from bughive_dev.nodes.addresses import Address

COUNT = 12
"""For each node. One that was released is not given out again: a new cluster has new ones."""
CAPACITY = "10Gi"
DIRECTORY = "volumes"


def make_volumes(library: Path) -> None:
    """Make a node's directories; `library` is what the node sees as /var/lib."""
    for number in range(1, COUNT + 1):
        directory = library / DIRECTORY / str(number)
        directory.mkdir(parents=True)
        directory.chmod(0o777)


def volumes(nodes: tuple[Address, ...]) -> str:
    """The manifests of all volumes, as one List."""
    items = [_volume(address, number) for address in nodes for number in range(1, COUNT + 1)]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def _volume(address: Address, number: int) -> dict[str, object]:
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [address.name]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"{address.name}-{number}"},
        "spec": {
            "capacity": {"storage": CAPACITY},
            "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "standard",
            "local": {"path": f"/var/lib/{DIRECTORY}/{number}"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }

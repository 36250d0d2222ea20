"""Names and addresses of nodes: fixed, so that a machine can hold one cluster with nodes at a time."""

from dataclasses import dataclass

NODE_RANGE = "10.250.0.0/24"
POD_RANGE = "10.244.0.0/16"
SERVICE_RANGE = "10.96.0.0/16"
DNS = "10.96.0.10"
HOST = "10.250.0.1"
"""This machine's own address among the nodes; the API server listens there."""
MOST_NODES = 20


@dataclass(frozen=True)
class Address:
    """The `number`th node, counted from 1."""

    number: int

    @property
    def name(self) -> str:
        """The name in Kubernetes."""
        return f"node-{self.number}"

    @property
    def ip(self) -> str:
        """Where its kubelet listens."""
        return f"10.250.0.{10 + self.number}"

    @property
    def pods(self) -> str:
        """The addresses of its pods."""
        return f"10.244.{self.number}.0/24"


def addresses(count: int) -> tuple[Address, ...]:
    """The first `count` nodes."""
    return tuple(Address(number) for number in range(1, count + 1))

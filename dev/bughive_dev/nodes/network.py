"""The network between this machine and its nodes.

The first node holds a bridge; the machine and the other nodes are ports of it. Nothing is written to the machine's
iptables. The links and the routes over them end with the nodes; the blackholes stay until `remove_network`.
"""

from bughive_dev.nodes.addresses import HOST, NODE_RANGE, POD_RANGE, SERVICE_RANGE, Address
from bughive_dev.nodes.command import run, succeeds

LINK = "bughive0"
METRIC = "4000"
RANGES = (NODE_RANGE, POD_RANGE, SERVICE_RANGE)


def connect(nodes: dict[Address, int]) -> None:
    """Connect nodes, each given by a process in its network namespace, with each other and with this machine."""
    block_ranges()
    (first, bridge), *others = nodes.items()
    _ip(bridge, "link", "add", "nodes0", "type", "bridge")
    _ip(bridge, "address", "add", f"{first.ip}/24", "dev", "nodes0")
    _ip(bridge, "link", "set", "nodes0", "up")
    run("ip", "link", "add", LINK, "type", "veth", "peer", "name", "host", "netns", str(bridge))
    run("ip", "address", "add", f"{HOST}/24", "dev", LINK)
    run("ip", "link", "set", LINK, "up")
    _ip(bridge, "link", "set", "host", "master", "nodes0", "up")
    for address, pid in others:
        _ip(bridge, "link", "add", address.name, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
        _ip(bridge, "link", "set", address.name, "master", "nodes0", "up")
        _ip(pid, "address", "add", f"{address.ip}/24", "dev", "eth0")
        _ip(pid, "link", "set", "eth0", "up")
    for address, pid in nodes.items():
        _ip(pid, "route", "add", "default", "via", HOST)
        for other in nodes:
            if other != address:
                _ip(pid, "route", "add", other.pods, "via", other.ip)
        run("ip", "route", "add", address.pods, "via", address.ip, "dev", LINK)
    run("ip", "route", "add", SERVICE_RANGE, "via", first.ip, "dev", LINK)


def block_ranges() -> None:
    """Without the nodes, their addresses would leave by the default route."""
    for addresses in RANGES:
        run("ip", "route", "replace", "blackhole", addresses, "metric", METRIC)


def remove_network() -> None:
    """Take away what is left; nothing is no mistake."""
    succeeds("ip", "link", "delete", LINK)
    for addresses in RANGES:
        succeeds("ip", "route", "delete", "blackhole", addresses, "metric", METRIC)


def link_exists() -> bool:
    """Is this machine's end of the network there?"""
    return succeeds("ip", "link", "show", LINK)


def _ip(pid: int, *arguments: str) -> None:
    # Not `ip netns exec`, which mounts /sys anew and so hides the control groups.
    run("nsenter", f"--net=/proc/{pid}/ns/net", "ip", *arguments)

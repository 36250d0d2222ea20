"""What an address is, where it is anything but a public web server's. Pure."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from bughive_worker.net.embedded import embedded_addresses


class Danger(StrEnum):
    """Why traffic to an address is refused."""

    METADATA = "metadata service"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"
    PRIVATE = "private"
    SHARED = "shared (carrier-grade NAT)"
    UNSPECIFIED = "unspecified"
    BROADCAST = "broadcast"
    MULTICAST = "multicast"
    RESERVED = "reserved"
    PORT = "not a web port"
    NO_HOST = "not a host name"


# Clouds serve credentials to whoever asks here; one of them is in public address space.
_METADATA = (
    *("169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "fd00:ec2::254/128", "fd00:ec2::23/128"),  # AWS
    *("fd20:ce::254/128", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"),  # Google, Azure, Alibaba, Oracle
)
# In this order: the first that holds the address names it.
_DANGERS: tuple[tuple[Danger, tuple[IPv4Network | IPv6Network, ...]], ...] = tuple(
    (danger, tuple(map(ip_network, networks)))
    for danger, networks in (
        (Danger.METADATA, _METADATA),
        (Danger.BROADCAST, ("255.255.255.255/32",)),
        (Danger.UNSPECIFIED, ("0.0.0.0/8", "::/128")),
        (Danger.LOOPBACK, ("127.0.0.0/8", "::1/128")),
        (Danger.LINK_LOCAL, ("169.254.0.0/16", "fe80::/10")),
        (Danger.PRIVATE, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")),
        (Danger.SHARED, ("100.64.0.0/10",)),
        (Danger.MULTICAST, ("224.0.0.0/4", "ff00::/8")),
        # Gaps in what Python 3.11 counts as not global.
        (Danger.RESERVED, ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20")),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def danger_of(address: IPv4Address | IPv6Address) -> Danger | None:
    """Why ``address`` is no public one, or None. One that carries IPv4 addresses is judged by these."""
    carried = embedded_addresses(address)
    if carried:
        return next((danger for inner in carried if (danger := danger_of(inner))), None)
    for danger, networks in _DANGERS:
        if any(address in network for network in networks):
            return danger
    if not address.is_global or (isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST):
        return Danger.RESERVED
    return None

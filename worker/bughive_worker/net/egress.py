"""Where traffic may go: pure decisions on names and the addresses they resolve to.

Public addresses are open on the ports of web servers: 80, 443 and 8000-9999. All else - private, loopback,
link-local, shared, metadata services, multicast, reserved, other ports - is refused unless the administrator's
lists admit it, on every port:

- ``BUGHIVE_EGRESS_ALLOW_CIDRS`` admits addresses, whatever they are
- ``BUGHIVE_EGRESS_ALLOW_HOSTS`` admits names (``shop.internal``, ``*.shop.internal``) with whatever private or
  loopback address they resolve to; never metadata, link-local or multicast ones, for a name's owner decides where
  it points

The ports are few because a tunnel carries anything: mail, databases and shells that trust the cluster's address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from bughive_worker.net.danger import Danger, danger_of
from bughive_worker.net.embedded import embedded_addresses
from bughive_worker.net.hosts import host_matches, normal_host, normal_pattern

ALLOW_CIDRS = "BUGHIVE_EGRESS_ALLOW_CIDRS"
ALLOW_HOSTS = "BUGHIVE_EGRESS_ALLOW_HOSTS"
WEB_PORTS = (range(80, 81), range(443, 444), range(8000, 10_000))
_FOR_NAMES = frozenset((Danger.PRIVATE, Danger.LOOPBACK, Danger.SHARED, Danger.RESERVED))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the guard forbids a destination, and which setting would admit it."""

    danger: Danger
    message: str


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """The administrator's decision on where the worker's traffic may go. Nothing in a resource can widen it."""

    allow_cidrs: tuple[IPv4Network | IPv6Network, ...] = ()
    allow_hosts: tuple[str, ...] = ()

    @classmethod
    def parse(cls, allow_cidrs: Iterable[str] = (), allow_hosts: Iterable[str] = ()) -> "EgressPolicy":
        """Read both lists. Raises ValueError, which names the entry that is wrong."""
        cidrs = []
        for entry in allow_cidrs:
            try:
                cidrs.append(ip_network(entry.strip()))
            except ValueError as error:
                raise ValueError(f"{error}; write networks such as 10.0.0.0/8") from error
        hosts = []
        for entry in allow_hosts:
            host = normal_pattern(entry.strip())
            if host is None:
                raise ValueError(f"{entry!r} is no host name; write shop.internal or *.shop.internal")
            hosts.append(host)
        return cls(tuple(cidrs), tuple(hosts))

    def verdict(self, host: str, port: int, addresses: Sequence[str]) -> tuple[str, ...] | Refusal:
        """The addresses that may be dialled for ``host``, in order, or why none may.

        ``addresses`` is the resolver's whole answer: one forbidden address refuses the name, for the same
        name may be answered with that one alone the next time. An empty answer gives an empty tuple.
        """
        name = normal_host(host)
        if name is None:
            return Refusal(Danger.NO_HOST, f"{host!r} is not a host name")
        named = host_matches(name, self.allow_hosts)
        for text in addresses:
            refusal = self._judge(name, port, text, named=named)
            if refusal:
                return refusal
        return tuple(addresses)

    def _judge(self, name: str, port: int, text: str, *, named: bool) -> Refusal | None:
        address = ip_address(text.partition("%")[0])
        if self._admits(address):
            return None
        danger = danger_of(address)
        if danger is None:
            if named or any(port in ports for ports in WEB_PORTS):
                return None
            return Refusal(
                Danger.PORT,
                f"{name}:{port} is not on a web port (80, 443, 8000-9999), which the egress guard forbids. "
                f"To allow it, the administrator adds {name} to {ALLOW_HOSTS} of the workers.",
            )
        if named and danger in _FOR_NAMES:
            return None
        where = f"{name} is a {danger} address" if name == text else f"{name} resolves to {text}, a {danger} address"
        setting = f"{text}/{address.max_prefixlen} to {ALLOW_CIDRS}"
        if danger in _FOR_NAMES:
            setting += f", or {name} to {ALLOW_HOSTS},"
        return Refusal(
            danger,
            f"{where}, which the egress guard forbids. To allow it, the administrator adds {setting} of the workers.",
        )

    def _admits(self, address: IPv4Address | IPv6Address) -> bool:
        if any(address in network for network in self.allow_cidrs):
            return True
        carried = embedded_addresses(address)
        return bool(carried) and all(self._admits(inner) for inner in carried)

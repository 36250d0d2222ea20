"""IPv4 addresses that travel inside IPv6 ones, and where a packet to them ends up."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network


def _at(low_bit: int) -> Callable[[int], int]:
    return lambda value: value >> low_bit & 0xFFFF_FFFF


_LAST = _at(0)
_CARRIERS: tuple[tuple[IPv6Network, tuple[Callable[[int], int], ...]], ...] = (
    (IPv6Network("::ffff:0:0/96"), (_LAST,)),  # v4-mapped
    (IPv6Network("::ffff:0:0:0/96"), (_LAST,)),  # v4-translated (SIIT)
    (IPv6Network("64:ff9b::/96"), (_LAST,)),  # NAT64
    (IPv6Network("2002::/16"), (_at(80),)),  # 6to4
    (IPv6Network("2001::/32"), (_at(64), lambda value: _LAST(value) ^ 0xFFFF_FFFF)),  # Teredo: server, client
)
_COMPATIBLE = IPv6Network("::/96")
_FIRST_COMPATIBLE = 0x1_0000
"""Below are ``::``, ``::1`` and their neighbours, which are addresses of their own."""


def embedded_addresses(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that ``address`` carries; none for a plain one."""
    if isinstance(address, IPv4Address):
        return ()
    value = int(address)
    for network, readers in _CARRIERS:
        if address in network:
            return tuple(IPv4Address(read(value)) for read in readers)
    if address in _COMPATIBLE and value >= _FIRST_COMPATIBLE:
        return (IPv4Address(value),)
    return ()

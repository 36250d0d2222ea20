"""Host names in one spelling, so that comparing them is comparing strings."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote

import idna

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_MAX_HOST = 253


@lru_cache(maxsize=4096)
def normal_host(host: str) -> str | None:
    """Lower case, ASCII (IDNA), no trailing dot, IP addresses in their usual form; None where it is no host.

    IPv4 is read as browsers read it: ``0x7f.1``, ``2130706433`` and ``0177.0.0.1`` are all ``127.0.0.1``.
    IPv6 comes with or without brackets and is returned without.
    """
    if ":" in host:
        return _ipv6(host)
    if "%" in host:
        host = unquote(host)
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except idna.IDNAError:
            return None
    host = host.lower().removesuffix(".")
    if len(host) > _MAX_HOST or not _NAME.fullmatch(host):
        return None
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _ipv4(host)
    return host


def host_matches(host: str, patterns: Iterable[str]) -> bool:
    """Whether a normal host is one of the patterns; ``*.shop.example`` means its subdomains, not itself."""
    return any(host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern for pattern in patterns)


def normal_pattern(pattern: str) -> str | None:
    """A host or ``*.host`` in one spelling; None where it is neither."""
    wildcard = pattern.startswith("*.")
    host = normal_host(pattern[2:] if wildcard else pattern)
    return f"*.{host}" if wildcard and host else host


def _ipv6(host: str) -> str | None:
    try:
        return str(IPv6Address(host.removeprefix("[").removesuffix("]")))
    except AddressValueError:
        return None


def _ipv4(host: str) -> str | None:
    """Read one to four numbers, the last of which fills all bytes that are left (inet_aton's rule)."""
    parts = host.split(".")
    if len(parts) > 4:  # noqa: PLR2004 - an IPv4 address has four bytes
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *leading, last = numbers
    if any(number > 0xFF for number in leading) or last >= 256 ** (4 - len(leading)):  # noqa: PLR2004 - one byte each
        return None
    high = sum(number << 8 * (3 - place) for place, number in enumerate(leading))
    return str(IPv4Address(high + last))


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if len(text) > 1 and text.startswith("0") else 10)

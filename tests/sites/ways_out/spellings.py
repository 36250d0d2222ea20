"""Ways to write the forbidden address, or to make a name lead there."""

from ipaddress import IPv4Address

from sites.ways_out.way import Control, Reply, Way, page, script

_IMG = '<img src="http://INSIDE/">'
_GO = 'location = "http://INSIDE/"'


def _octal(address: str) -> str:
    return ".".join(f"0{int(part):o}" for part in address.split("."))


def _hex(address: str) -> str:
    return ".".join(hex(int(part)) for part in address.split("."))


def _short(address: str) -> str:
    first, *rest = address.split(".")
    return f"{first}.{int(IPv4Address('.'.join(['0', *rest])))}"


def _wide(address: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else "\u3002" for sign in address)


def _mapped_hex(address: str) -> str:
    value = int(IPv4Address(address))
    return f"[::ffff:{value >> 16:x}:{value & 0xFFFF:x}]"


SPELLINGS = (
    page("spelled-decimal", _IMG, spell=lambda address: str(int(IPv4Address(address)))),
    page("spelled-hex", _IMG, spell=lambda address: hex(int(IPv4Address(address)))),
    page("spelled-hex-bytes", _IMG, spell=_hex),
    page("spelled-octal", _IMG, spell=_octal),
    page("spelled-short", _IMG, spell=_short),
    page("spelled-trailing-dot", _IMG, spell=lambda address: f"{address}."),
    page("spelled-percent", _IMG, spell=lambda address: address.replace("1", "%31")),
    page("spelled-full-width", _IMG, spell=_wide),
    page("spelled-v4-mapped", _IMG, spell=lambda address: f"[::ffff:{address}]"),
    page("spelled-v4-mapped-hex", _IMG, spell=_mapped_hex),
    page("spelled-ipv6", _IMG, address="::1", spell=lambda address: f"[{address}]"),
    page("spelled-ipv6-long", _IMG, address="::1", spell=lambda _: "[0:0:0:0:0:0:0:1]"),
    script("spelled-with-password", _GO, spell=lambda address: f"user:password@{address}"),
    script("spelled-behind-another-host", _GO, spell=lambda address: f"shop.example@{address}"),
    page("name-of-forbidden-address", _IMG, answers=(("inside",),)),
    page("name-with-one-forbidden-answer", _IMG, answers=(("inside", "outside"),)),
    page("name-with-a-forbidden-answer-last", _IMG, answers=(("nobody", "inside"),)),
    page("name-of-forbidden-address-tls", '<img src="https://INSIDE/">', answers=(("inside",),)),
    script(
        "rebinding-page",
        'fetch("/secret")',
        answers=(("outside",), ("inside",)),
        opened_there=True,
    ),
    script(
        "rebinding-image",
        'const image = new Image(); image.onerror = () => { image.src = "http://INSIDE/2" }; image.src = "http://INSIDE/1"',
        answers=(("outside",), ("inside",)),
    ),
    Way(
        "rebinding-redirect",
        {"/": Reply(status=302, headers=("Location: /again",))},
        answers=(("outside",), ("inside",)),
        opened_there=True,
    ),
)

UNREACHABLE = tuple(
    page(
        f"address-{what}",
        _IMG,
        address=address,
        spell=lambda host: f"[{host}]" if ":" in host else host,
        control=Control.NOBODY,
    )
    for what, address in (
        ("metadata", "169.254.169.254"),
        ("metadata-of-ecs", "169.254.170.2"),
        ("metadata-of-alibaba", "100.100.100.200"),
        ("metadata-of-azure", "168.63.129.16"),
        ("metadata-ipv6", "fd00:ec2::254"),
        ("unspecified", "0.0.0.0"),
        ("unspecified-ipv6", "::"),
        ("private-10", "10.0.0.1"),
        ("private-172", "172.16.0.1"),
        ("private-192", "192.168.0.1"),
        ("unique-local", "fd00::1"),
        ("link-local", "fe80::1"),
        ("carrier-nat", "100.64.0.1"),
        ("broadcast", "255.255.255.255"),
        ("multicast", "224.0.0.251"),
        ("multicast-ipv6", "ff02::fb"),
        ("benchmark", "198.18.0.1"),
        ("nat64", "64:ff9b::a00:1"),
        ("nat64-local", "64:ff9b:1::a00:1"),
        ("6to4", "2002:a00:1::1"),
        ("teredo", "2001:0:808:808::f5ff:fffe"),
        ("v4-compatible", "::a00:1"),
        ("v4-translated", "::ffff:0:a00:1"),
    )
)
"""Forbidden addresses at which nobody can listen here."""

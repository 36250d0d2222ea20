"""What makes two sightings one bug: selectors, messages and addresses without their accidents."""

import re
from functools import cache
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import tldextract

from bughive_protocol.finding import SITE

_PLACE = re.compile(r":nth-(?:of-type|child)\(\d+\)")
_NAME = re.compile(r"(?P<sign>[#.])(?P<name>(?:\\.|[\w-])+)", re.ASCII)
_GENERATED = re.compile(r"\d|\\|^(?:css|sc|jsx|svelte|emotion)-|__\w*[a-z]\w*[A-Z]\w*$")
_URL = re.compile(r"(?:https?|blob|file)://[^\s'\"<>)]+")
_HASH = re.compile(r"\b(?=[0-9a-f-]*\d)(?=[0-9a-f-]*[a-f])[0-9a-f-]{6,}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_FILE_HASH = re.compile(r"(?<=[.-])(?=[0-9A-Za-z_]*\d)[0-9A-Za-z_]{6,}(?=\.)")
_NEAR = 3
"""An element, its parent and its grandparent may name a component."""
_FRAME = ("main", "body", "html")


def normal_selector(selector: str) -> str:
    """A selector that is the same for every repetition of an element: no places, no generated names."""

    def keep(match: re.Match[str]) -> str:
        return "" if _GENERATED.search(match["name"]) else match[0]

    return _NAME.sub(keep, _PLACE.sub("", selector))


def component(selector: str) -> str | None:
    """The end of a normalised selector from an element near by with a class or id; None where none is so named.

    It is the same wherever the component stands: ``article.review > img`` on each template that shows reviews.
    """
    near = normal_selector(selector).split(" > ")[-_NEAR:]
    named = [index for index, part in enumerate(near) if _NAME.search(part) and not part.startswith(_FRAME)]
    return " > ".join(near[named[-1] :]) if named else None


def normal_message(message: str) -> str:
    """A message without what differs each time: addresses' queries, ids, hashes and numbers."""
    without_urls = _URL.sub(lambda match: normal_path(match[0]), message)
    return _DIGITS.sub("#", _HASH.sub("#", without_urls)).strip()[:300]


def normal_path(url: str) -> str:
    """Host and path of an address; a build's hash in a file's name is left out, so a new release has the same."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{_FILE_HASH.sub('#', parts.path)}"


def without_query_values(url: str) -> str:
    """An address with the names of its parameters only: what was asked for is an accident of the visit."""
    parts = urlsplit(url)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, "&".join(names), ""))


def without_fragment(url: str) -> str:
    """The address that is asked of the server."""
    return url.partition("#")[0]


def host_of(url: str) -> str:
    """The host's name in lower case, without a port; empty where there is none."""
    return (urlsplit(url).hostname or "").lower()


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registrable domain, such as ``cdn.shop.co.uk`` and ``www.shop.co.uk``."""
    return _site(host_of(one)) == _site(host_of(other))


def where(template: str | None, *, shared: bool) -> str:
    """Where a bug lives: on all pages (``shared``), or on those of one template."""
    return SITE if shared or template is None else template


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The public suffix list as it is in the package: nothing is downloaded, nothing cached on disk."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _site(host: str) -> str:
    name = _suffixes().extract_str(host)
    if name.ipv4 or ":" in host:
        return host
    # Under a suffix that the list does not know (`.internal`, `.example`) its default rule holds: the last label.
    return name.top_domain_under_public_suffix or ".".join(host.split(".")[-2:])

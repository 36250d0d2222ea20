"""What a session sends to its site that may be secret: a login, and headers such as a staging gate's token. Pure."""

import re
from collections.abc import Mapping

from bughive_crds.crawl_session import CrawlSessionSpec

_SAY_SO = re.compile(
    r"(auth|bypass|credential|key|pass|secret|session|signature|token)s?(id)?(-|$)"
    r"|(^|-)(authentication|authorization|passcode|passphrase|passwd|password)s?(-|$)"
)
"""A header whose name has one of these holds a secret, whatever that looks like. A word may end with them (``apikey``,
``sessionid``) and not begin (``author``, ``keyboard``)."""
_SAY_HOW = (
    "accept",
    "cache-control",
    "forwarded",
    "origin",
    "pragma",
    "priority",
    "referer",
    "user-agent",
    "x-forwarded",
)
"""Headers whose names begin so hold languages, types, addresses and ages, which pages rightly show."""
_SHORTEST = 8
_SHORTEST_WORD = 16
"""Of what stands behind a scheme's name, as in ``Token 5f4dcc3b5aa765d6``."""


def sends_secrets(spec: CrawlSessionSpec) -> bool:
    """Whether the site may show a secret of this session: then pictures of it are for the report alone."""
    return spec.auth is not None or bool(header_secrets(spec.browser.headers))


def header_secrets(headers: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """What of ``spec.browser.headers`` is secret, or looks like it: those headers' names, with the texts to take out.

    A word, a number or a date is none unless its header's name says so: to take those out of all texts and addresses
    would leave little of some sites.
    """
    found = {name: _secrets(name.lower(), value) for name, value in headers.items()}
    return {name: secrets for name, secrets in found.items() if secrets}


def _secrets(name: str, value: str) -> frozenset[str]:
    texts = frozenset((value.strip(), *(word for word in value.split() if len(word) >= _SHORTEST_WORD)))
    if _SAY_SO.search(name):
        return texts
    return frozenset(filter(_looks_so, texts)) if not name.startswith(_SAY_HOW) else frozenset()


def _looks_so(text: str) -> bool:
    return len(text) >= _SHORTEST and any(map(str.isalpha, text)) and any(map(str.isdigit, text))

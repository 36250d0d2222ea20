"""What a session sends to its site that may be secret: a login, and headers such as a staging gate's token. Pure."""

from collections.abc import Mapping

from bughive_crds.crawl_session import CrawlSessionSpec

_SAY_SO = ("auth", "bypass", "credential", "key", "pass", "secret", "session", "signature", "token")
"""A header whose name has one of these holds a secret, whatever that looks like."""
_SAY_HOW = ("accept", "user-agent", "referer", "origin", "forwarded", "x-forwarded")
"""Headers whose names begin so hold languages, types and addresses, which pages rightly show."""
_SHORTEST = 8
_SHORTEST_WORD = 16
"""Of what stands behind a scheme's name, as in ``Token 5f4dcc3b5aa765d6``."""


def sends_secrets(spec: CrawlSessionSpec) -> bool:
    """Whether the site may show a secret of this session: then pictures of it are for the report alone."""
    return spec.auth is not None or bool(header_secrets(spec.browser.headers))


def header_secrets(headers: Mapping[str, str]) -> frozenset[str]:
    """The values of ``spec.browser.headers`` that are secrets, or look like it.

    A word, a number or a date is none unless its header's name says so: to take those out of all texts and addresses
    would leave little of some sites.
    """
    return frozenset(
        text
        for name, value in headers.items()
        for text in (value.strip(), *(word for word in value.split() if len(word) >= _SHORTEST_WORD))
        if _says_so(name) or (_looks_so(text) and not name.lower().startswith(_SAY_HOW))
    )


def _says_so(name: str) -> bool:
    return any(word in name.lower() for word in _SAY_SO)


def _looks_so(text: str) -> bool:
    return len(text) >= _SHORTEST and any(map(str.isalpha, text)) and any(map(str.isdigit, text))

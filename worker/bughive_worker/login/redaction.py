"""Takes secrets out of what was seen of a page: sites echo what they are sent. Pure."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from html import escape
from typing import Any, TypeVar, cast
from urllib.parse import quote, quote_plus

REDACTED = "--redacted--"
"""In place of a secret; it may stand in an address as it is."""
_SHORTEST = 8
"""Words that are shorter are found everywhere, and what a page says would be lost with them ..."""
_SHORTEST_MIXED = 4
"""... but for those of more than one sort of characters."""
_SHORTEST_PART = 8
"""Of base64: what is shorter may stand there by chance."""
_AROUND = "[A-Za-z0-9+/_=-]{0,4}"
"""What stands beside such a part holds bits of the secret too."""
T = TypeVar("T")


class Redaction:
    """Knows the secrets that one session sends, in each form in which a page may show them."""

    def __init__(self, secrets: Iterable[str] = (), public: str = "") -> None:
        """``public``: what is in it is no secret, such as the start page's URL."""
        self._public = public
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Take these out too from now on."""
        self._secrets.update(secrets)
        known = [secret for secret in self._secrets if _tells(secret) and secret not in self._public]
        plain = sorted({form for secret in known for form in forms_of(secret)}, key=len, reverse=True)
        within = sorted({part for secret in known for part in parts_in_base64(secret)}, key=len, reverse=True)
        patterns = [*map(re.escape, plain), *(f"{_AROUND}{re.escape(part)}{_AROUND}" for part in within)]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def text(self, text: str) -> str:
        """The text without the secrets."""
        return self._pattern.sub(REDACTED, text) if self._pattern else text

    def of(self, value: T) -> T:
        """A dataclass, with all that is in it, without the secrets; the same object where there are none."""
        return cast("T", self._without(value)) if self._pattern else value

    def _without(self, value: Any) -> Any:  # noqa: ANN401 - whatever an observation is made of
        match value:
            case str():
                return self.text(value) if type(value) is str else value
            case tuple():
                parts = tuple(self._without(part) for part in value)
                return value if all(map(_is, parts, value)) else parts
            case Mapping():
                return {self._without(key): self._without(part) for key, part in value.items()}
        if not is_dataclass(value) or isinstance(value, type):
            return value
        old = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        changed = {name: new for name, part in old.items() if (new := self._without(part)) is not part}
        return replace(value, **changed) if changed else value


def _tells(secret: str) -> bool:
    """Whether to find this somewhere means that the secret is there."""
    sorts = {"letter" if one.isalpha() else "digit" if one.isdigit() else "other" for one in secret}
    return len(secret) >= (_SHORTEST_MIXED if len(sorts) > 1 else _SHORTEST)


def forms_of(secret: str) -> frozenset[str]:
    """A secret as it may be written: plain, in base64, in an address, in JSON, in HTML."""
    raw = secret.encode()
    return frozenset(
        (
            secret,
            *(encode(raw).decode().rstrip("=") for encode in (b64encode, urlsafe_b64encode)),
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            quote(quote(secret, safe=""), safe=""),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            escape(secret),
            escape(secret, quote=False),
        )
    )


def parts_in_base64(secret: str) -> frozenset[str]:
    """What a longer text's base64 has in it if the secret is in the text, wherever that stands there."""
    raw = secret.encode()
    found = (
        encode(b"\0" * shift + raw).decode()[4 if shift else 0 : -4]
        for shift in range(3)
        for encode in (b64encode, urlsafe_b64encode)
    )
    return frozenset(part for part in found if len(part) >= _SHORTEST_PART)


def _is(one: object, other: object) -> bool:
    return one is other

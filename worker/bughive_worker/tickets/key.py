"""The key to a tracker, and where it is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from bughive_protocol.errors import IntegrationRefused


@dataclass(frozen=True, slots=True)
class TrackerKey:
    """A secret that opens a tracker. It is never shown."""

    value: str = field(repr=False)
    source: str
    """Where people mend it, such as ``key api-key of the Secret linear``."""
    holder: str
    """Names the key without telling it: trackers count requests by it."""


def key_of_secret(namespace: str, secret: str, values: Mapping[str, SecretStr], name: str) -> TrackerKey:
    """The key under ``name`` in a session's Secret.

    Raises:
        IntegrationRefused: there is none, or it is no key.
    """
    given = values.get(name)
    return _key(given, f"key {name} of the Secret {secret} in namespace {namespace}", f"{namespace}/{secret}")


def key_of_workers(given: SecretStr | None, setting: str, field_: str) -> TrackerKey:
    """The workers' own key.

    Raises:
        IntegrationRefused: they have none.
    """
    if given is None:
        raise IntegrationRefused(f"the workers have no {setting}: set {field_} of the session, or have them given one")
    return _key(given, f"{setting} of the workers", "")


def _key(given: SecretStr | None, source: str, holder: str) -> TrackerKey:
    value = given.get_secret_value().strip() if given else ""
    if not value:
        raise IntegrationRefused(f"there is no {source}: add it")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise IntegrationRefused(f"the {source} is no key: it has spaces, line breaks or signs that no key has")
    return TrackerKey(value, source, holder)

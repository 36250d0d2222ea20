"""Before a session is dispatched: can its Secrets be had?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bughive_crds.crawl_session import Phase
from bughive_operator.clock import Clock
from bughive_operator.credentials.entitlement import needed_keys
from bughive_operator.credentials.secret_reader import Refusal, SecretReader
from bughive_operator.observation import Resource, Withheld
from bughive_operator.reasons import Reason

RECHECK_SECONDS = 30.0
"""For so long what was seen holds, so that a long line of sessions does not ask all the time."""
_MOST_SEEN = 1000
"""Over so many, those that hold no longer are forgotten."""
_BEFORE_DISPATCH = (None, Phase.PENDING, Phase.SUSPENDED)

Needed = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class _Seen:
    until: datetime
    withheld: Withheld | None


class CredentialCheck:
    """Looks at the Secrets that sessions name, each at most once in ``RECHECK_SECONDS``. Keeps none of them."""

    def __init__(self, reader: SecretReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._seen: dict[tuple[str, Needed], _Seen] = {}

    async def look(self, resource: Resource | None) -> Withheld | None:
        """What keeps the session from being dispatched; None: nothing, or it is not to be dispatched now.

        Raises:
            ApiServerError: the API server cannot say.
        """
        if resource is None or resource.spec is None or resource.status.phase not in _BEFORE_DISPATCH:
            return None
        needed = tuple(needed_keys(resource.spec).items())
        if not needed:
            return None
        now = self._clock.now()
        key = (resource.namespace, needed)
        seen = self._seen.get(key)
        if seen is None or seen.until <= now:
            until = now + timedelta(seconds=RECHECK_SECONDS)
            refusal = await self._refusal(resource.namespace, needed)
            seen = _Seen(until, Withheld(refusal.reason, refusal.message, until) if refusal else None)
            self._keep(key, seen, now)
        return seen.withheld

    def _keep(self, key: tuple[str, Needed], seen: _Seen, now: datetime) -> None:
        if len(self._seen) >= _MOST_SEEN:
            self._seen = {key: seen for key, seen in self._seen.items() if seen.until > now}
        self._seen[key] = seen

    async def _refusal(self, namespace: str, needed: Needed) -> Refusal | None:
        for name, keys in needed:
            read = await self._reader.read(namespace, name)
            if isinstance(read, Refusal):
                return read
            if absent := absent_keys(read.values, keys):
                return Refusal(
                    Reason.CREDENTIALS_MISSING,
                    f"The Secret {name} has no {' and no '.join(absent)}, which spec.auth.type needs. "
                    "Add it; the session then goes on by itself.",
                )
        return None


def absent_keys(values: Mapping[str, str], keys: tuple[str, ...]) -> list[str]:
    """Those of the keys that are not there, or empty."""
    return [key for key in keys if not values.get(key)]

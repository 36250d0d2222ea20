"""How much may run at once, in all and of each namespace. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Claim:
    """What one session asks for, or has."""

    uid: str
    namespace: str
    rank: int
    """0 for Urgent, and one more for each class below."""
    since: datetime
    """Since when it waits."""
    pages: int
    """Its ``scope.maxPages``."""
    shards: int = 1
    """How many workers it may have: each takes one of the places that sessions have."""


class Unit(StrEnum):
    """What a quota counts."""

    SESSIONS = "sessions"
    PAGES = "pages"


@dataclass(frozen=True)
class Quota:
    """The most that may be queued or running at once; None: no limit."""

    sessions: int | None = None
    pages: int | None = None


@dataclass(frozen=True)
class Quotas:
    """The quota of all sessions together, and those of namespaces."""

    total: Quota
    namespace: Quota = Quota()
    """Of a namespace that ``namespaces`` does not name."""
    namespaces: Mapping[str, Quota] = field(default_factory=dict)

    def of(self, namespace: str) -> Quota:
        """The quota of one namespace."""
        return self.namespaces.get(namespace, self.namespace)


@dataclass(frozen=True)
class Hold:
    """Why a session has to wait."""

    unit: Unit
    namespace: str | None
    """Whose quota it is; None: that of all."""
    used: int
    limit: int
    needed: int = 1

    @property
    def hopeless(self) -> bool:
        """Whether the session would not even fit if nothing else ran."""
        return self.needed > self.limit


class Usage:
    """What is queued and running now."""

    def __init__(self) -> None:
        self.total: Counter[Unit] = Counter()
        self._by_namespace: dict[str, Counter[Unit]] = {}

    def copy(self) -> "Usage":
        """The same, to be changed apart."""
        other = Usage()
        other.total = self.total.copy()
        other._by_namespace = {namespace: used.copy() for namespace, used in self._by_namespace.items()}
        return other

    def take(self, claim: Claim) -> None:
        """The session has its slot."""
        self._add(claim, 1)

    def give_back(self, claim: Claim) -> None:
        """The session has it no longer."""
        self._add(claim, -1)

    def of(self, namespace: str) -> Counter[Unit]:
        """What one namespace uses."""
        return self._by_namespace.get(namespace, Counter())

    def shares(self) -> dict[str, int]:
        """How many sessions each namespace has."""
        return {namespace: used[Unit.SESSIONS] for namespace, used in self._by_namespace.items()}

    def hold(self, claim: Claim, quotas: Quotas) -> Hold | None:
        """What stands in the way of this session; None: nothing. Sessions are named before pages, all before one."""
        own = quotas.of(claim.namespace)
        limits = (
            (Unit.SESSIONS, None, self.total, quotas.total.sessions, claim.shards),
            (Unit.SESSIONS, claim.namespace, self.of(claim.namespace), own.sessions, claim.shards),
            (Unit.PAGES, None, self.total, quotas.total.pages, claim.pages),
            (Unit.PAGES, claim.namespace, self.of(claim.namespace), own.pages, claim.pages),
        )
        for unit, namespace, used, limit, needed in limits:
            if limit is not None and used[unit] + needed > limit:
                return Hold(unit, namespace, used[unit], limit, needed)
        return None

    def _add(self, claim: Claim, sign: int) -> None:
        own = self._by_namespace.setdefault(claim.namespace, Counter())
        for used in (self.total, own):
            used[Unit.SESSIONS] += sign * claim.shards
            used[Unit.PAGES] += sign * claim.pages
        if not own[Unit.SESSIONS]:
            del self._by_namespace[claim.namespace]

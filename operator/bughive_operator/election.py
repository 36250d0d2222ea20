"""Whether the Lease may be taken: decided by what is seen of it, and a clock of this machine alone."""

from dataclasses import dataclass

DURATION_SECONDS = 10.0
"""A leader that has not renewed for this long has lost its place; another may take it."""
RENEW_SECONDS = 7.0
"""A leader that could not renew for this long stops by itself, before another one may begin."""
RETRY_SECONDS = 1.5
"""How often the Lease is renewed by the leader, and looked at by the others."""


@dataclass(frozen=True, slots=True)
class LeaseState:
    """What the Lease says."""

    holder: str
    """Empty: nobody; the last holder left on purpose."""
    renewed: str
    """When it was renewed, by its holder's clock: only ever compared with itself."""
    duration: float
    """How many seconds without a renewal make the holder lose it."""
    transitions: int
    """How often it has changed hands."""
    resource_version: str


class Election:
    """One candidate's view of the Lease.

    As client-go's election does, it never compares two machines' clocks: a holder is taken for dead when its Lease did
    not change for a whole duration that passed here.
    """

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self._seen: tuple[str, str] | None = None
        self._seen_at = 0.0

    def may_take(self, lease: LeaseState | None, now: float) -> bool:
        """Whether to try, ``now`` in monotonic seconds; who really gets it the API server decides."""
        if lease is None or not lease.holder:
            return True
        if self._seen != (lease.holder, lease.renewed):
            self._seen, self._seen_at = (lease.holder, lease.renewed), now
        return lease.holder == self.identity or now - self._seen_at > lease.duration

"""How patient the operator is: the numbers that ``plan`` decides by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bughive_protocol.lease import TAKEOVER_GRACE_SECONDS
from bughive_protocol.queues import CRAWL

LAST_PLACE = 100
"""So far back in line a session is told its place; those behind are told that it is more. Else each end of a session
would be news to thousands."""
_LONGEST_RESEND = 600.0


@dataclass(frozen=True)
class Policy:
    """Limits and waits, in seconds unless the name says otherwise."""

    max_running: int = 10
    """How many sessions may be queued or running at once, over all namespaces."""
    tenant_queues: Mapping[str, str] = field(default_factory=dict)
    """Namespace -> its own crawl queue."""
    resend_after: float = 30.0
    """A message that no worker took for this long is sent again; the wait doubles each time."""
    stop_grace: float = 30.0
    """How long a worker may take to suspend or stop before it is fenced off."""
    takeover_grace: float = TAKEOVER_GRACE_SECONDS
    """How long after its lease ran out a worker counts as dead."""
    backoff: float = 60.0
    """The wait after the first error; it doubles with each further one."""
    poison_attempts: int = 3
    """How many attempts in a row may lose their worker without crawling a further page."""

    def queue_of(self, namespace: str) -> str:
        """The queue to which the sessions of a namespace go."""
        return self.tenant_queues.get(namespace, CRAWL.name)

    def resend_wait(self, sends: int) -> float:
        """Seconds to wait for a worker after the message was sent this many times."""
        return float(min(self.resend_after * 2 ** max(sends - 1, 0), max(_LONGEST_RESEND, self.resend_after)))

    def backoff_wait(self, failures: int) -> float:
        """Seconds to wait before the next attempt after this many failures."""
        return float(self.backoff * 2 ** max(failures - 1, 0))

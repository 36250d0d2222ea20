"""The queues: what runs where, how many at once, and for how long; and crawl queues of single tenants."""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Queue:
    """One Celery queue and how its workers are set."""

    name: str
    concurrency: int
    """Prefork children of one worker."""
    priority: int
    """Redis priority of its messages: 0 is the highest, 9 the lowest."""
    time_limit: int
    """Seconds after which a task is killed."""
    soft_time_limit: int
    """Seconds after which a task is asked to stop."""
    visibility_timeout: int
    """Seconds after which an unacknowledged message is delivered again; larger than any task may take."""
    max_tasks_per_child: int
    """A child is replaced after this many tasks."""
    retries: int = 0
    """How often a task is tried again that failed by something that may pass; of a crawl the operator decides."""
    retry_seconds: float = 30
    """The wait before the first of these; it doubles with each further one."""

    @property
    def crawls(self) -> bool:
        """Whether its tasks are crawls."""
        return self.name == CRAWL.name or is_tenant_queue(self.name)


CRAWL = Queue("crawl", 2, 0, 3600, 3000, 7200, 50)
TICKETS = Queue("tickets", 4, 3, 120, 90, 300, 1000, retries=5)
MEDIA = Queue("media", 8, 6, 120, 90, 300, 1000, retries=3)
DEFAULT = Queue("default", 2, 6, 120, 90, 300, 1000)

QUEUES = {queue.name: queue for queue in (CRAWL, TICKETS, MEDIA, DEFAULT)}

TENANT_QUEUE = r"^crawl-[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
"""What a tenant's queue may be called."""


def is_tenant_queue(name: str) -> bool:
    """Whether this is the name of a tenant's queue."""
    return re.fullmatch(TENANT_QUEUE, name) is not None


def queue_named(name: str) -> Queue | None:
    """The queue of this name; a tenant's is a crawl queue in all but its name. None: there can be none."""
    if name in QUEUES:
        return QUEUES[name]
    return replace(CRAWL, name=name) if is_tenant_queue(name) else None

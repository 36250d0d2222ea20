"""The four queues: what runs where, how many at once, and for how long."""

from dataclasses import dataclass


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


CRAWL = Queue("crawl", 2, 0, 3600, 3000, 7200, 50)
TICKETS = Queue("tickets", 4, 3, 120, 90, 300, 1000)
MEDIA = Queue("media", 8, 6, 120, 90, 300, 1000)
DEFAULT = Queue("default", 2, 6, 120, 90, 300, 1000)

QUEUES = {queue.name: queue for queue in (CRAWL, TICKETS, MEDIA, DEFAULT)}

"""Serves one queue: settings, Celery app, worker, until told to leave."""

import os
import socket
import sys
import warnings

from celery.exceptions import SecurityWarning

from bughive_protocol.artifact_url import Directory, parse_artifact_url
from bughive_protocol.lease import LEASE_TTL_SECONDS
from bughive_protocol.logging import configure_logging, configured_format
from bughive_protocol.queues import Queue
from bughive_protocol.settings import load
from bughive_worker.app import build_worker_app
from bughive_worker.runtime.work import OpenWork
from bughive_worker.settings import WorkerSettings


def serve(
    queue: Queue, open_work: OpenWork, concurrency: int | None = None, lease_seconds: float = LEASE_TTL_SECONDS
) -> int:
    """Serve ``queue`` until told to leave, doing ``open_work``'s work with the sessions that come.

    Args:
        queue: its limits, its recycling and, without ``concurrency``, its number of processes are the worker's.
        open_work: the crawl; tests give another.
        concurrency: how many processes.
        lease_seconds: after how many seconds without a beat a lease runs out; tests have no patience.

    Returns:
        The exit code.
    """
    settings = load(WorkerSettings)
    configure_logging(configured_format(settings.log_format), settings.log_level)
    # Celery warns root of pickle, which runs what it is sent; our messages are JSON, and nothing else is read.
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges", SecurityWarning)
    if queue.crawls:
        _require_writable(settings.artifact_url)
    worker = build_worker_app(settings, queue, open_work, lease_seconds).Worker(
        hostname=f"{queue.name}.{os.getpid()}@{socket.gethostname()}",
        concurrency=concurrency or queue.concurrency,
        optimization="fair",
        # Both wait for workers that may be gone; who works on what is in Redis.
        without_gossip=True,
        without_mingle=True,
        quiet=True,
        loglevel=settings.log_level,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _require_writable(artifact_url: str) -> None:
    """A directory is looked at here; a bucket by each child, for it may be away for a moment."""
    place = parse_artifact_url(artifact_url)
    if not isinstance(place, Directory):
        return
    directory = place.path
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"BUGHIVE_ARTIFACT_URL: {directory} cannot be made: {error.strerror}; choose another directory")
    if not os.access(directory, os.W_OK):
        sys.exit(f"BUGHIVE_ARTIFACT_URL: {directory} is not writable for user {os.getuid()}; choose another directory")

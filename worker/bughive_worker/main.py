"""``bughive-worker``: one worker of one queue, set as the queue demands; and its own liveness probe."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bughive_protocol.queues import QUEUES, Queue, queue_named
from bughive_worker.runtime.health_file import ailment


def main() -> NoReturn:
    """The console entry point."""
    given = parse(sys.argv[1:])
    if given.check_health:
        problem = ailment(given.check_health, given.max_age)
        sys.exit(problem)
    # Put off, for a probe has to be cheap.
    from bughive_protocol.settings import load
    from bughive_worker.metrics_server.sharing import shared_metrics
    from bughive_worker.settings import WorkerSettings

    with shared_metrics(load(WorkerSettings)):
        # The crawl, and LangGraph with it, is imported here in the parent: each child forks with it ready.
        from bughive_worker.runtime.site_work import open_site_work
        from bughive_worker.serve import serve

        sys.exit(serve(given.queues, open_site_work, given.concurrency))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; where it is wrong, say how and end the process with code 2."""
    parser = argparse.ArgumentParser(prog="bughive-worker", description="Crawl, and do what follows from it.")
    purpose = parser.add_mutually_exclusive_group(required=True)
    known = f"{', '.join(QUEUES)}, or a tenant's, crawl-NAME"
    purpose.add_argument("--queues", type=_one_queue, metavar="QUEUE", help=f"serve one of: {known}")
    purpose.add_argument(
        "--check-health", type=Path, metavar="FILE", help="exit with 1 if the worker that touches FILE is stuck"
    )
    parser.add_argument("--max-age", type=float, default=150, metavar="SECONDS", help="for --check-health (150)")
    parser.add_argument(
        "--concurrency", type=_children, metavar="N", help="processes, instead of the queue's own number"
    )
    return parser.parse_args(arguments)


def _one_queue(names: str) -> Queue:
    if "," in names:
        raise argparse.ArgumentTypeError(
            "a worker serves one queue, for limits and unacknowledged messages are kept by queue; start one for each: "
            + " & ".join(f"bughive-worker --queues {name.strip()}" for name in names.split(","))
        )
    queue = queue_named(names)
    if queue is None:
        raise argparse.ArgumentTypeError(
            f"there is no queue {names!r}; choose from {', '.join(QUEUES)}, or crawl-NAME for a tenant's"
        )
    return queue


def _children(number: str) -> int:
    if not number.isdigit() or int(number) == 0:
        raise argparse.ArgumentTypeError(f"{number!r} is no number of processes; write 1 or more")
    return int(number)

"""Sends Celery messages: ids only, from threads, as Celery's producer blocks."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from celery import Celery

from bughive_crds.crawl_session import MAX_SHARDS
from bughive_operator.outbox_tasks import Task
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id
from bughive_protocol.tracing import trace_headers

ABORT_SIGNAL = "SIGUSR1"
"""What a revoke sends to the worker's child: Celery takes it for the soft time limit, so the task cleans up."""
_RETRY = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5}


class Messenger(Protocol):
    """Brings attempts to the workers' notice. A message is only a hint: the lease decides."""

    async def send(self, session_id: str, attempt: int, shard: int, queue: str) -> None:
        """Send the message of an attempt's shard to a queue; copies are harmless."""
        ...

    async def revoke(self, session_id: str, attempt: int) -> None:
        """Have the attempt's tasks aborted wherever they run."""
        ...

    async def send_task(self, session_id: str, task: Task) -> None:
        """Send what follows from something that happened to a session, to the queue of its task."""
        ...


class CeleryMessenger:
    """The messenger over Celery. Raises ``kombu.exceptions.OperationalError`` where the broker is away."""

    def __init__(self, app: Celery, threads: int) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="messenger")

    def close(self) -> None:
        """Let the threads end once their messages are out."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def send(self, session_id: str, attempt: int, shard: int, queue: str) -> None:
        """Send the message of an attempt's shard to a queue; copies are harmless."""
        await self._run(
            functools.partial(
                self._app.send_task,
                RUN_CRAWL_SESSION,
                kwargs={"session_id": session_id, "attempt": attempt, "shard": shard},
                task_id=crawl_task_id(session_id, attempt, shard),
                queue=queue,
                headers=trace_headers(),
                # Nobody waits for the result, and waiting costs the sender a subscription in Redis.
                ignore_result=True,
                retry=True,
                retry_policy=_RETRY,
            )
        )

    async def revoke(self, session_id: str, attempt: int) -> None:
        """Have the attempt's tasks aborted wherever they run."""
        tasks = [crawl_task_id(session_id, attempt, shard) for shard in range(MAX_SHARDS)]
        await self._run(functools.partial(self._app.control.revoke, tasks, terminate=True, signal=ABORT_SIGNAL))

    async def send_task(self, session_id: str, task: Task) -> None:
        """Send what follows from something that happened to a session, to the queue of its task."""
        await self._run(
            functools.partial(
                self._app.send_task,
                task.name,
                kwargs={"session_id": session_id, **task.arguments},
                task_id=task.id,
                expires=task.expires,
                ignore_result=True,
                retry=True,
                retry_policy=_RETRY,
            )
        )

    async def _run(self, call: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, call)

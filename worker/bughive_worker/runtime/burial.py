"""Buries every task that fails for good, and every message that cannot be read, as a dead letter.

Celery tells of failures by a signal: in the child that ran the task, or in the parent where the child no longer can.
So each task has it for free. Of messages that it cannot read Celery tells its consumer alone.
"""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import task_failure
from celery.worker.consumer import Consumer
from kombu.message import Message
from redis.exceptions import RedisError

from bughive_protocol.connections import connect
from bughive_protocol.dead_letters import DeadLetter, DeadLetters, LetterReason
from bughive_protocol.keys import Keys
from bughive_protocol.messages import ROUTES
from bughive_protocol.queues import Queue
from bughive_worker import metrics
from bughive_worker.runtime.letter_reason import letter_reason
from bughive_worker.settings import WorkerSettings

MAX_ERROR = 500
MAX_TRACEBACK = 3000
MAX_BODY = 2000
MAX_ARGUMENTS = 16_384
_MALFORMED = (TypeError, ValueError, LookupError, AttributeError)
"""What code raises that finds something else in a message than it expects; no error of connections is among them."""
_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")

log = structlog.get_logger(__name__)


class Burial:
    """Writes dead letters. Made in the parent, before it forks; it connects for each letter, as there are few."""

    def __init__(self, settings: WorkerSettings, queue: Queue) -> None:
        self._settings = settings
        self._queue = queue

    def install(self, app: Celery) -> None:
        """Listen to Celery."""
        app.conf.worker_consumer = _consumer(self)
        task_failure.connect(self._failed, weak=False)

    def bury(self, letter: DeadLetter) -> None:
        """Keep the letter. Where Redis is away it stands in the log alone."""
        task = letter.task if letter.task in ROUTES else "other"
        metrics.DEAD_LETTERS.labels(task, letter.reason).inc()
        told = letter.model_dump(exclude={"traceback"}, mode="json")
        try:
            with connect(self._settings.redis_url) as client:
                id_ = DeadLetters(client, Keys(self._settings.redis_key_prefix)).bury(letter)
        except RedisError as error:
            log.error("a dead letter could not be kept", **told, redis_error=str(error))  # noqa: TRY400 - of Redis, all said
            return
        log.error("message buried; see `bughive dead-letters show`", letter_id=id_, **told)

    def bury_unread(self, message: Message, reason: LetterReason, error: object) -> None:
        """Keep a message that was never given to a task."""
        headers = message.headers if isinstance(message.headers, dict) else {}
        args, kwargs, body = [], {}, ""
        if reason is LetterReason.UNKNOWN_TASK:
            try:
                args, kwargs, *_ = message.decode()  # type: ignore[no-untyped-call]  # kombu has no types
            except Exception as undecodable:  # noqa: BLE001 - a body may be wrong in any way
                reason, error = LetterReason.UNREADABLE, undecodable
        if reason is LetterReason.UNREADABLE:
            raw = message.body
            body = (raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw))[:MAX_BODY]
        self.bury(
            DeadLetter(
                task=str(headers.get("task") or ""),
                task_id=str(headers.get("id") or message.properties.get("correlation_id") or ""),
                queue=self._queue.name,
                reason=reason,
                error=_told(error),
                tries=int(headers.get("retries") or 0) + 1,
                arguments=_plain(list(args), []),
                named_arguments=_plain(dict(kwargs), {}),
                body=body,
            )
        )

    def _failed(
        self,
        sender: Task,
        task_id: str,
        exception: BaseException,
        args: Any,  # noqa: ANN401 as Celery sends it
        kwargs: Any,  # noqa: ANN401 as Celery sends it
        einfo: object,
        **_signal: object,
    ) -> None:
        known = sender.request.id == task_id
        tries = (sender.request.retries if known else 0) + 1
        reason = letter_reason(
            exception,
            tries=tries,
            max_tries=(sender.max_retries or 0) + 1,
            takes_arguments=_takes(sender, args, kwargs),
            looked_after=getattr(sender, "looked_after", False),
        )
        if reason is None:
            return
        self.bury(
            DeadLetter(
                task=sender.name,
                task_id=task_id,
                queue=self._queue.name,
                reason=reason,
                error=_told(exception),
                tries=tries,
                arguments=_plain(list(args or ()), []),
                named_arguments=_plain(dict(kwargs or {}), {}),
                traceback=_hidden(str(getattr(einfo, "traceback", "") or ""))[-MAX_TRACEBACK:],
            )
        )


def _consumer(burial: Burial) -> type[Consumer]:
    """Celery's consumer; it keeps what it would drop."""

    class BuryingConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
        def create_task_handler(self, *arguments: Any, **named: Any) -> Callable[[Message], None]:  # noqa: ANN401 as Celery calls it
            handle = super().create_task_handler(*arguments, **named)

            def on_message(message: Message) -> None:
                try:
                    handle(message)
                except _MALFORMED as error:
                    # Celery's own ends the worker of a body that is no base64, and puts it back for the next to end of.
                    burial.bury_unread(message, LetterReason.UNREADABLE, error)
                    message.reject_log_error(logging.getLogger(__name__), self.connection_errors)  # type: ignore[no-untyped-call]

            return on_message

        def on_unknown_message(self, body: object, message: Message) -> None:
            burial.bury_unread(message, LetterReason.UNREADABLE, "the message names no task")
            super().on_unknown_message(body, message)

        def on_unknown_task(self, body: object, message: Message, exc: Exception) -> None:
            burial.bury_unread(message, LetterReason.UNKNOWN_TASK, "this worker has no such task")
            super().on_unknown_task(body, message, exc)

        def on_invalid_task(self, body: object, message: Message, exc: Exception) -> None:
            burial.bury_unread(message, LetterReason.UNREADABLE, exc)
            super().on_invalid_task(body, message, exc)

        def on_decode_error(self, message: Message, exc: Exception) -> None:
            burial.bury_unread(message, LetterReason.UNREADABLE, exc)
            super().on_decode_error(message, exc)

    return BuryingConsumer


def _takes(task: Task, args: Any, kwargs: Any) -> bool:  # noqa: ANN401 whatever a message says
    try:
        task.__header__(*(args or ()), **(kwargs or {}))
    except TypeError:
        return False
    return True


def _told(error: object) -> str:
    text = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
    return _hidden(text)[:MAX_ERROR]


def _hidden(text: str) -> str:
    """Errors of connections like to name the whole URL."""
    return _PASSWORD.sub("***@", text)


def _plain(value: Any, otherwise: Any) -> Any:  # noqa: ANN401 whatever a message says
    """Arguments as JSON can say them; ours are ids, so that what is larger is not kept."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        return otherwise
    return value if len(text) <= MAX_ARGUMENTS else otherwise

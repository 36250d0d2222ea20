"""Celery's consumer of messages, which does not die of one that makes no sense."""

import logging
from collections.abc import Callable
from typing import Any

import celery.worker.consumer

log = logging.getLogger(__name__)

_MALFORMED = (TypeError, ValueError, LookupError, AttributeError)
"""What code raises that finds something else in a message than it expects; no error of connections is among them."""


class Consumer(celery.worker.consumer.Consumer):  # type: ignore[misc]  # Celery has no types
    """Drops what it cannot read.

    Celery's own ends the worker where a body is no base64, say, and puts the message back for the next one to end of.
    """

    def create_task_handler(self, *arguments: Any, **named: Any) -> Callable[[Any], None]:  # noqa: ANN401 - as Celery calls it
        """What is called with each message."""
        handle = super().create_task_handler(*arguments, **named)

        def on_task_received(message: Any) -> None:  # noqa: ANN401
            try:
                handle(message)
            except _MALFORMED:
                log.exception("a message that makes no sense was dropped")
                message.reject_log_error(log, self.connection_errors)

        return on_task_received

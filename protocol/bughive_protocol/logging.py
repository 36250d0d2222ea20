"""Logs: JSON lines for machines, a console for people, one renderer for every logger in the process."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor


class LogLevel(StrEnum):
    """The least severe lines to write."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """How lines look. AUTO: a console on a terminal, else JSON."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


_CHATTY = ("kopf.objects", "celery.worker.strategy", "celery.app.trace")
"""Libraries' loggers that say with each event or task what our own lines say; heard at DEBUG only."""
_INDISCREET = ("kubernetes.client.rest",)
"""Libraries' loggers that write down, at DEBUG, all that they are answered, Secrets too: never heard below INFO."""

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def configure_logging(json: bool | None = None, level: str = "INFO") -> None:  # noqa: FBT001 the caller names it
    """Send every log line of this process, also those of libraries, to stderr through one renderer.

    Args:
        json: JSON lines (True), a console (False), or whichever suits stderr (None).
        level: the least severe level to write.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(as_json=as_json)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(
            logging.NOTSET if root.level <= logging.DEBUG else max(logging.WARNING, root.level)
        )
    for name in _INDISCREET:
        logging.getLogger(name).setLevel(logging.INFO)


def _renderers(*, as_json: bool) -> list[Processor]:
    # Tracebacks without local variables: these may hold what must not be written down.
    if as_json:
        traceback = ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(traceback), structlog.processors.JSONRenderer()]
    colors = sys.stderr.isatty()
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def configured_format(chosen: LogFormat) -> bool | None:
    """What ``configure_logging`` takes as ``json``."""
    return None if chosen is LogFormat.AUTO else chosen is LogFormat.JSON


@contextmanager
def bound_session(session_id: str, session: str, task_id: str, attempt: int) -> Iterator[None]:
    """Within, every line of this thread or coroutine says whose work it belongs to.

    Args:
        session_id: the resource's uid.
        session: the resource's namespace/name.
        task_id: the Celery task's id.
        attempt: which dispatch of the session this is.
    """
    with structlog.contextvars.bound_contextvars(
        session_id=session_id, session=session, task_id=task_id, attempt=attempt
    ):
        yield

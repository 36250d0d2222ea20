"""What a session's scripts leave in the outbox for the operator to send on."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class EntryKind(StrEnum):
    """The facts that others may want to hear of. Each is written by the script that makes the fact."""

    STARTED = "started"
    """A worker took the session for the first time."""
    BUG = "bug"
    """A bug counts that did not before; the body is its fingerprint."""
    PICTURE = "picture"
    """A picture waits for its upload; the body says of what: a bug's fingerprint, or a page's ``page_subject``."""
    FINISHED = "finished"
    """The session has its verdict."""


class OutboxEntry(BaseModel):
    """Something that happened. It is read at least once, so what is sent for it must be harmless when doubled."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: str
    """An ``EntryKind``, or a word of a newer version."""
    body: str = ""
    """An id, never a secret."""

"""A session's state as the rest of the world reads it: one small record, whatever else Redis holds of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from bughive_protocol.redis_time import optional_moment


class SessionStatus(StrEnum):
    """Where a session is in its life."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether the session is over for good."""
        return self in (SessionStatus.COMPLETED, SessionStatus.FAILED)


class SessionState(BaseModel):
    """What is known of one session."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    session_id: str
    """The resource's uid."""
    status: SessionStatus = SessionStatus.PENDING
    task_id: str | None = None
    """The Celery task of the newest attempt."""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    pages_crawled: int = 0
    bugs_found: int = 0
    current_url: str | None = None
    error: str | None = None
    summary: dict[str, Any] | None = None

    def to_fields(self) -> dict[str, str]:
        """As the fields of a Redis hash; what is None is left out."""
        fields = {
            "session_id": self.session_id,
            "status": str(self.status),
            "task_id": self.task_id,
            "started_at": _milliseconds(self.started_at),
            "completed_at": _milliseconds(self.completed_at),
            "pages_crawled": str(self.pages_crawled),
            "bugs_found": str(self.bugs_found),
            "current_url": self.current_url,
            "error": self.error,
            "summary": None if self.summary is None else json.dumps(self.summary),
        }
        return {name: value for name, value in fields.items() if value is not None}

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> "SessionState":
        """Read ``to_fields`` back; fields that belong to nobody here are passed over."""
        summary = fields.get("summary")
        return cls(
            session_id=fields["session_id"],
            status=SessionStatus(fields["status"]),
            task_id=fields.get("task_id"),
            started_at=optional_moment(fields.get("started_at")),
            completed_at=optional_moment(fields.get("completed_at")),
            pages_crawled=int(fields.get("pages_crawled", 0)),
            bugs_found=int(fields.get("bugs_found", 0)),
            current_url=fields.get("current_url"),
            error=fields.get("error"),
            summary=None if summary is None else json.loads(summary),
        )


def _milliseconds(at: datetime | None) -> str | None:
    return None if at is None else str(round(at.timestamp() * 1000))

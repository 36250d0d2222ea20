"""Dead letters: messages that no worker will try again, kept with their reason until someone looks at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import redis
from pydantic import BaseModel, ConfigDict

from bughive_protocol.keys import Keys
from bughive_protocol.redis_time import moment
from bughive_protocol.scripts import run, script

MAX_LETTERS = 2000
"""The oldest go first. One letter takes 2 KB or so."""
CLAIM_SECONDS = 60
"""A replay that has not come to its end after this long may be tried by another."""


class LetterReason(StrEnum):
    """Why a message is not tried again."""

    OUT_OF_TRIES = "OutOfTries"
    """Its last try failed too, by something that may pass."""
    PERMANENT_ERROR = "PermanentError"
    """It failed by something that trying again cannot help."""
    UNEXPECTED_ERROR = "UnexpectedError"
    """It failed by an error that nobody foresaw: a defect."""
    TIME_LIMIT = "TimeLimit"
    """It did not end in time."""
    WORKER_LOST = "WorkerLost"
    """Its process died."""
    UNKNOWN_TASK = "UnknownTask"
    """This version of the worker has no task of that name."""
    UNKNOWN_ARGUMENTS = "UnknownArguments"
    """This version's task does not take these arguments."""
    UNREADABLE = "Unreadable"
    """The message cannot be read."""
    POISON_SESSION = "PoisonSession"
    """A crawl session that killed worker after worker; the operator ended it."""


WITHOUT_REPLAY = {
    LetterReason.UNREADABLE: "it could not be read, so there is nothing to send; look for what wrote it, and purge it",
    LetterReason.POISON_SESSION: "its session has ended; create the CrawlSession anew once the cause is mended",
}
"""What to do with letters that cannot be replayed."""


class DeadLetter(BaseModel):
    """One message and what became of it."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    task: str
    """The task's name; empty where the message does not tell."""
    task_id: str
    queue: str
    reason: LetterReason
    error: str
    """The error's class and text."""
    tries: int = 1
    arguments: list[Any] = []
    named_arguments: dict[str, Any] = {}
    traceback: str = ""
    """Its end."""
    body: str = ""
    """What stood in a message that cannot be read; its beginning."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter in the stream."""

    id: str
    letter: DeadLetter

    @property
    def at(self) -> datetime:
        """When it was written, by Redis' clock."""
        return moment(self.id.partition("-")[0])


class ReplayClaim(StrEnum):
    """Whether a letter may be sent now."""

    OK = "OK"
    BUSY = "BUSY"
    """Another replay is sending it."""
    REPLAYED = "REPLAYED"
    """It was sent before."""
    MISSING = "MISSING"
    """There is no such letter: purged, or dropped as the oldest."""


class DeadLetters:
    """The installation's dead letters. Blocking; every method raises ``redis.RedisError`` when Redis is away."""

    def __init__(self, client: redis.Redis, keys: Keys, most: int = MAX_LETTERS) -> None:
        self._client = client
        self._keys = keys
        self._most = most

    def bury(self, letter: DeadLetter) -> str:
        """Keep a letter, in place of an earlier one of the same task id; returns its id."""
        return str(self._run("bury", letter.task_id, self._most, letter.model_dump_json()))

    def count(self) -> int:
        """How many there are."""
        return int(self._client.xlen(self._keys.dead_letters))

    def all(self) -> Iterator[Filed]:
        """Every letter, oldest first."""
        after = "-"
        while batch := cast("list[tuple[str, dict[str, str]]]", self._range(after)):
            for id_, fields in batch:
                yield Filed(id_, DeadLetter.model_validate_json(fields["letter"]))
            after = f"({batch[-1][0]}"

    def get(self, id_: str) -> Filed | None:
        """One letter; None: there is none of this id."""
        found = cast("list[tuple[str, dict[str, str]]]", self._client.xrange(self._keys.dead_letters, id_, id_))
        return Filed(id_, DeadLetter.model_validate_json(found[0][1]["letter"])) if found else None

    def claim(self, id_: str, seconds: float = CLAIM_SECONDS) -> ReplayClaim:
        """Take the right to send a letter; of several that ask at once, one gets it."""
        return ReplayClaim(self._run("claim_letter", id_, round(seconds * 1000)))

    def remove(self, id_: str) -> bool:
        """Remove a letter. False: it was gone."""
        return bool(self._run("remove_letter", id_))

    def _range(self, after: str) -> Any:  # noqa: ANN401 as redis-py answers
        return self._client.xrange(self._keys.dead_letters, after, "+", count=100)

    def _run(self, name: str, *arguments: str | int) -> Any:  # noqa: ANN401 a script may answer anything
        return run(self._client, script(name), self._keys, "", *arguments)

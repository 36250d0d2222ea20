"""``bughive dead-letters``: list, show, replay and purge what no worker tries again."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError, ResponseError

from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect
from bughive_protocol.dead_letters import WITHOUT_REPLAY, DeadLetters, Filed, LetterReason, ReplayClaim
from bughive_protocol.errors import BugHiveError, TransientError
from bughive_protocol.keys import Keys
from bughive_protocol.settings import RedisSettings, load


class UnknownLetter(BugHiveError):
    """There is no dead letter of this id."""


def list_all(task: str | None, reason: LetterReason | None, *, as_json: bool) -> int:
    """Print the letters, oldest first."""
    with _opened() as (letters, _):
        for filed in _matching(letters, task, reason):
            sys.stdout.write(f"{_json(filed) if as_json else _line(filed)}\n")
    return 0


def show(id_: str) -> int:
    """Print all there is of one letter."""
    with _opened() as (letters, _):
        filed = letters.get(id_)
    if filed is None:
        raise UnknownLetter(f"there is no dead letter {id_}: replayed, purged, or dropped as the oldest")
    letter = filed.letter
    rows = [("id", filed.id), ("at", f"{filed.at:%Y-%m-%d %H:%M:%S} UTC"), ("task", letter.task or "-")]
    rows += [("task id", letter.task_id or "-"), ("queue", letter.queue), ("reason", letter.reason)]
    rows += [("tries", str(letter.tries)), ("error", letter.error)]
    rows += [("arguments", json.dumps({"args": letter.arguments, "kwargs": letter.named_arguments}))]
    sys.stdout.write("".join(f"{name + ':':<11} {value}\n" for name, value in rows))
    for text in filter(None, (letter.body, letter.traceback)):
        sys.stdout.write(f"\n{text.rstrip()}\n")
    return 0


def replay(ids: Sequence[str], task: str | None, reason: LetterReason | None) -> int:
    """Send the letters' messages again. Returns 1 where one that was named cannot be sent."""
    refused = 0
    with _opened() as (letters, settings):
        app = make_app(settings)
        chosen = list(ids) or [filed.id for filed in _matching(letters, task, reason)]
        for id_ in chosen:
            said, well = replay_one(letters, app, id_)
            sys.stdout.write(f"{id_}: {said}\n")
            refused += not well
    return 1 if refused and ids else 0


def replay_one(letters: DeadLetters, app: Celery, id_: str) -> tuple[str, bool]:
    """Send one letter's message again, to the queue it came from and under its old task id.

    However often this is called for one letter, and by however many at once, the message is sent once. A process that
    dies between sending and removing leaves the letter; it can be sent again a minute later.

    Returns:
        What became of it, and whether it is as it should be.
    """
    filed = letters.get(id_)
    if filed is not None and (why := WITHOUT_REPLAY.get(filed.letter.reason)):
        return f"cannot be replayed: {why}", False
    match letters.claim(id_):
        case ReplayClaim.REPLAYED:
            return "was replayed before", True
        case ReplayClaim.BUSY:
            return "is being replayed by another", True
        case ReplayClaim.MISSING:
            return "there is no such dead letter: purged, or dropped as the oldest", False
    if filed is None:
        raise UnknownLetter(f"there is no dead letter {id_}")
    letter = filed.letter
    app.send_task(
        letter.task,
        letter.arguments,
        letter.named_arguments,
        task_id=letter.task_id or None,
        queue=letter.queue,
        ignore_result=True,
    )
    letters.remove(id_)
    return f"{letter.task} sent to the queue {letter.queue}", True


def purge(ids: Sequence[str], task: str | None, reason: LetterReason | None, older_than_hours: float) -> int:
    """Remove the letters."""
    with _opened() as (letters, _):
        before = datetime.now(UTC) - timedelta(hours=older_than_hours)
        chosen = list(ids) or [filed.id for filed in _matching(letters, task, reason) if filed.at <= before]
        removed = sum(letters.remove(id_) for id_ in chosen)
    sys.stdout.write(f"{removed} removed\n")
    return 0


@contextmanager
def _opened() -> Iterator[tuple[DeadLetters, RedisSettings]]:
    settings = load(RedisSettings)
    try:
        with connect(settings.redis_url) as client:
            yield DeadLetters(client, Keys(settings.redis_key_prefix)), settings
    except ResponseError as error:
        raise UnknownLetter(f"Redis refuses: {error}; an id looks like 1700000000000-0") from error
    except (RedisError, OperationalError) as error:
        raise TransientError(f"REDIS_URL: Redis cannot be reached: {error}") from error


def _matching(letters: DeadLetters, task: str | None, reason: LetterReason | None) -> list[Filed]:
    return [
        filed
        for filed in letters.all()
        if (task is None or filed.letter.task == task) and (reason is None or filed.letter.reason is reason)
    ]


def _line(filed: Filed) -> str:
    letter = filed.letter
    first = letter.error.partition("\n")[0][:100]
    task = letter.task.removeprefix("bughive.") or "-"
    return f"{filed.id:<18} {filed.at:%Y-%m-%d %H:%M:%S} {letter.reason:<16} {task:<24} tries {letter.tries}  {first}"


def _json(filed: Filed) -> str:
    return json.dumps({"id": filed.id, "at": filed.at.isoformat(), **filed.letter.model_dump(mode="json")})

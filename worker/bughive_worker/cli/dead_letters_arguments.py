"""The arguments of ``bughive dead-letters``."""

import argparse
from typing import TYPE_CHECKING

from bughive_protocol.dead_letters import LetterReason

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name


def add_dead_letters(commands: "Commands") -> None:
    """Add the command and its own commands."""
    letters = commands.add_parser(
        "dead-letters",
        help="look at messages that no worker tries again, and send or remove them",
        description="Messages that failed for good. Reads a worker's settings (REDIS_URL, REDIS_KEY_PREFIX).",
    )
    own = letters.add_subparsers(required=True, metavar="COMMAND")
    list_ = own.add_parser("list", help="one line each, the newest last")
    _filters(list_)
    list_.add_argument("--json", action="store_true", help="one JSON object a line, with all there is")
    list_.set_defaults(run=_list)
    show = own.add_parser("show", help="all there is of one")
    show.add_argument("id", metavar="ID")
    show.set_defaults(run=_show)
    replay = own.add_parser(
        "replay", help="send messages again, to the queues they came from; then they leave the list"
    )
    _chosen(replay)
    replay.set_defaults(run=_replay)
    purge = own.add_parser("purge", help="remove letters")
    _chosen(purge)
    purge.add_argument("--older-than-hours", type=float, default=0, metavar="N", help="with --all: only these")
    purge.set_defaults(run=_purge)


def _filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", metavar="NAME", help="only of this task")
    parser.add_argument(
        "--reason", type=LetterReason, choices=list(LetterReason), metavar="REASON", help="only for this"
    )


def _chosen(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", nargs="*", default=[], metavar="ID")
    which.add_argument("--all", action="store_true", help="all of them, or those that --task and --reason name")
    _filters(parser)


def _list(arguments: argparse.Namespace) -> int:
    from bughive_worker.cli import dead_letters

    return dead_letters.list_all(arguments.task, arguments.reason, as_json=arguments.json)


def _show(arguments: argparse.Namespace) -> int:
    from bughive_worker.cli import dead_letters

    return dead_letters.show(arguments.id)


def _replay(arguments: argparse.Namespace) -> int:
    from bughive_worker.cli import dead_letters

    return dead_letters.replay(arguments.ids, arguments.task, arguments.reason)


def _purge(arguments: argparse.Namespace) -> int:
    from bughive_worker.cli import dead_letters

    return dead_letters.purge(arguments.ids, arguments.task, arguments.reason, arguments.older_than_hours)

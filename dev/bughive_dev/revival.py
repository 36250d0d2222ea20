"""Starts what ended by itself again, as a Deployment would."""

from collections.abc import Iterator
from dataclasses import dataclass

from bughive_dev.stack import Stack

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STABLE_SECONDS = 60.0
"""A program that ran for so long has recovered: its next pause is the first one again."""


@dataclass
class _History:
    """What became of one program; times are the caller's clock, in seconds."""

    started_at: float
    pause: float = FIRST_PAUSE_SECONDS
    again_at: float | None = None
    """When it is started again; None while it runs."""


class Revival:
    """Watches a stack that was started at ``now``."""

    def __init__(self, stack: Stack, now: float) -> None:
        self._stack = stack
        self._programs = {name: _History(now) for name in stack.programs}

    def look(self, now: float) -> Iterator[str]:
        """Start again what has ended, each program after its pause. Yields a line to show for each that ends or starts.

        Raises:
            SetupError: a program cannot be executed any more, or the supervisor is gone.
        """
        ended = self._stack.ended()
        for name, exit_code in ended.items():
            history = self._programs[name]
            if history.again_at is None:
                if now - history.started_at >= STABLE_SECONDS:
                    history.pause = FIRST_PAUSE_SECONDS
                history.again_at = now + history.pause
                yield f"{name} {_how(exit_code)}; it is started again in {history.pause:.0f} s"
                history.pause = min(2 * history.pause, LONGEST_PAUSE_SECONDS)
            elif now >= history.again_at:
                self._stack.start_program(name)
                history.started_at, history.again_at = now, None
                yield f"{name} was started again"


def _how(exit_code: int) -> str:
    return f"was killed by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"

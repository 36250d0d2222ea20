"""The 24 kinds of page, each a template of its own: which blocks a page is made of, in which order, in which frame."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    name: str
    frame: str
    """A class of the style sheet: one column, two, or a wide one."""
    blocks: tuple[str, ...]
    """Macros of ``templates/blocks.html``."""
    fillers: tuple[int, ...]
    """Which of ``FILLERS`` follow in turn until the page has its size."""


FILLERS = ("article", "facts", "columns")

KINDS = (
    Kind("home", "wide", ("figures", "cards", "quotes"), (0,)),
    Kind("walk", "plain", ("steps", "table"), (0, 1)),
    Kind("museum", "split", ("facts", "questions"), (0,)),
    Kind("harbour", "wide", ("table", "schedule", "notice"), (2,)),
    Kind("letter", "plain", ("article", "comments"), (0,)),
    Kind("contact", "split", ("form", "facts"), (2,)),
    Kind("festival", "wide", ("schedule", "quotes", "steps"), (1,)),
    Kind("shop", "wide", ("cards", "notice", "form"), (2, 0)),
    Kind("guide", "plain", ("questions", "columns"), (1,)),
    Kind("people", "split", ("quotes", "figures"), (0, 2)),
    Kind("archive", "plain", ("table", "columns", "facts"), (0,)),
    Kind("recipe", "split", ("steps", "notice", "comments"), (1, 0)),
    Kind("weather", "wide", ("figures", "table"), (2,)),
    Kind("garden", "plain", ("columns", "quotes"), (1,)),
    Kind("train", "split", ("schedule", "table"), (0,)),
    Kind("school", "wide", ("facts", "schedule"), (2, 1)),
    Kind("market", "plain", ("cards", "table", "questions"), (0,)),
    Kind("story", "plain", ("article", "quotes", "article"), (0,)),
    Kind("tour", "split", ("form", "steps"), (2,)),
    Kind("forum", "plain", ("comments", "form"), (0, 1)),
    Kind("record", "wide", ("figures", "facts", "notice"), (1,)),
    Kind("island", "split", ("cards", "comments"), (2, 0)),
    Kind("season", "wide", ("columns", "schedule", "figures"), (0,)),
    Kind("answer", "plain", ("questions", "notice"), (1, 2)),
)

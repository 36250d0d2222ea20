"""What a way out is: a small site of its own, and how to see that it leads out where nothing forbids it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Control(Enum):
    """What shows that the way reaches the canary, so that its silence means something."""

    ALLOWED = auto()
    """The guard stands, and the administrator's list admits the address."""
    BARE = auto()
    """Chromium without BugHive's proxy and arguments: BugHive closes this way whatever the address is."""
    NOBODY = auto()
    """No canary can sit at the address on an ordinary machine: that the guard refuses it is all there is to see."""


@dataclass(frozen=True)
class Reply:
    """One answer of the way's site. ``INSIDE`` stands for the forbidden host and port in all of it."""

    body: str = ""
    headers: tuple[str, ...] = ()
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    keep: bool = False
    """Whether the connection stays open for a further request."""


@dataclass(frozen=True)
class Way:
    """One way out. Its site is ``http://NAME.localhost``: a secure context, and an origin of its own."""

    name: str
    files: Mapping[str, Reply]
    """By path; ``/`` is what is opened."""
    control: Control = Control.ALLOWED
    address: str = ""
    """The forbidden address, where it is not one of its own that it is to be given."""
    spell: Callable[[str], str] = str
    """Writes the forbidden address as it stands in URLs."""
    answers: tuple[tuple[str, ...], ...] = ()
    """``INSIDE`` is the name NAME.example instead, and this is what a resolver says of it, one time after the other and
    the last for ever: ``outside`` (the way's site), ``inside`` or ``nobody``."""
    opened_there: bool = False
    """The page is opened at NAME.example."""
    click: str = ""
    """What is clicked once the page has loaded, as a selector."""
    tells: bool = False
    """It is not the guard that refuses: the page asks its own site for ``/told`` once it has tried."""


def page(name: str, markup: str, files: Mapping[str, Reply] | None = None, **more: object) -> Way:
    """A page that tries by its markup."""
    document = Reply(f"<!doctype html><html lang=en><title>{name}</title><body>{markup}")
    return Way(name, {"/": document, **(files or {})}, **more)


def script(name: str, source: str, files: Mapping[str, Reply] | None = None, **more: object) -> Way:
    """A page that tries by its script."""
    return page(name, f"<script>{source}</script>", files, **more)


def code(source: str) -> Reply:
    """A script's file."""
    return Reply(source, kind="text/javascript")


def redirect(to: str, status: int = 302) -> Reply:
    """An answer that leads elsewhere."""
    return Reply(status=status, headers=(f"Location: {to}",))

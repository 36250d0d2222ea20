"""The form of the model's answer: closed sets wherever there is a choice, references in place of selectors.

The provider makes the answer fit the schema but knows no lengths; it is validated again here, whoever sent it.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bughive_crds.model import Severity
from bughive_worker.detectors.semantic import SemanticKind

Reference = Annotated[str, StringConstraints(max_length=8)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]


MOST_BUGS = 10
MOST_RETOLD = 10


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Outcome(StrEnum):
    """What a click leads to, as far as code can tell."""

    NOTHING_CHANGES = "nothing-changes"
    TEXT_APPEARS = "text-appears"
    TEXT_DISAPPEARS = "text-disappears"
    GOES_TO = "goes-to"


class ProposedAction(_Part):
    """One click that shows the bug."""

    control: Reference
    """The ref of the control to click."""
    outcome: Outcome
    """What happens then, which is the bug."""
    text: Annotated[str, StringConstraints(max_length=200)] = ""
    """For text-appears and text-disappears: the text. For goes-to: an address from the page's links."""


class ProposedBug(_Part):
    """A bug that the model believes to see."""

    kind: SemanticKind
    severity: Severity
    title: Line
    """What is wrong, in one line."""
    explanation: Annotated[str, StringConstraints(max_length=1000)]
    """Why it is wrong, so that a person can check it."""
    element: Reference
    """The ref of the text or control where it shows."""
    quotes: Annotated[tuple[Line, ...], Field(min_length=1, max_length=4)]
    """The texts that show it, copied character by character from the page."""
    action: ProposedAction | None = None
    """A click that shows it; null where the texts show it."""


class Retelling(_Part):
    """A bug that rules found, told for people who do not build web sites."""

    bug: Reference
    """The ref of the bug."""
    title: Line
    steps: Annotated[tuple[Line, ...], Field(max_length=6)] = ()


class Answer(_Part):
    """All that the model says of one page."""

    bugs: Annotated[tuple[ProposedBug, ...], Field(max_length=MOST_BUGS)]
    retold: Annotated[tuple[Retelling, ...], Field(max_length=MOST_RETOLD)]


class _Unread(BaseModel):
    """An answer whose parts are not looked at yet."""

    bugs: tuple[Any, ...]
    retold: tuple[Any, ...]


_P = TypeVar("_P", bound=_Part)


def read_answer(text: str | bytes) -> Answer | None:
    """What the model wrote; a part that breaks the form is left out. None: it is not in the form at all."""
    try:
        unread = _Unread.model_validate_json(text)
    except ValidationError:
        return None
    return Answer(
        bugs=tuple(islice(_fitting(ProposedBug, unread.bugs), MOST_BUGS)),
        retold=tuple(islice(_fitting(Retelling, unread.retold), MOST_RETOLD)),
    )


def _fitting(form: type[_P], parts: Iterable[Any]) -> Iterator[_P]:
    for part in parts:
        try:
            yield form.model_validate(part)
        except ValidationError:
            continue

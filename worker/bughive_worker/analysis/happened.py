"""What a click led to, and whether that is what was foretold. Pure."""

from dataclasses import dataclass

from bughive_worker.analysis.answer import Outcome, ProposedAction
from bughive_worker.analysis.plain_text import visible
from bughive_worker.detectors.identity import without_query_values

_SHORTEST = 3
"""Characters; a shorter text appears by accident."""


@dataclass(frozen=True, slots=True)
class Happened:
    """The page before and after one click."""

    texts_before: tuple[str, ...]
    texts_after: tuple[str, ...]
    address: str
    """Where the page is afterwards, or would have gone."""
    moved: bool
    """Whether that is another address than before."""
    stirred: bool
    """Whether anything at all happened: a change of the document, a request, a dialog, a window, a download."""
    would_write: bool
    """Whether it would have changed something at the server. That was prevented, so what followed proves nothing."""


def bears_out(action: ProposedAction, happened: Happened) -> bool:
    """Whether the click led to what the model said."""
    if happened.would_write:
        return False
    text = visible(action.text)
    before, after = ("\n".join(map(visible, texts)) for texts in (happened.texts_before, happened.texts_after))
    match action.outcome:
        case Outcome.NOTHING_CHANGES:
            return not happened.moved and not happened.stirred and before == after
        case Outcome.TEXT_APPEARS:
            return len(text) >= _SHORTEST and text not in before and text in after
        case Outcome.TEXT_DISAPPEARS:
            return len(text) >= _SHORTEST and text in before and text not in after
        case Outcome.GOES_TO:
            return happened.moved and bool(text) and without_query_values(happened.address) == text

"""The templates of one session as this process knows them: stored ones, and those being inspected just now."""

from collections.abc import Iterable
from dataclasses import dataclass

from bughive_protocol.frontier import Template
from bughive_worker.templates import match, new_template, variant


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a page belongs."""

    template_id: str
    to_inspect: Template | None
    """Set where this page is to be inspected; what is recorded once it was."""


class TemplatesSeen:
    """Says of each page which template it is made by, and whether it is to be inspected."""

    def __init__(self, stored: Iterable[Template]) -> None:
        self._known = list(stored)

    def place(self, features: tuple[int, ...], traits: tuple[str, ...] = ()) -> Placed:
        """Find the page's template; it is inspected where that is new, or has not shown these traits yet."""
        # By first pages only: one page like another, like a third would lead from any page to any other.
        known = match(features, [one for one in self._known if one.variant_of is None])
        entry: Template | None
        if known is None:
            known = entry = new_template(features, traits)
        else:
            entry = variant(known, traits, self._known)
        if entry is not None:
            self._known.append(entry)  # at once, so that of pages visited together only one is inspected
        return Placed(known.id, entry)

    def forget(self, entry: Template) -> None:
        """The inspection failed: the next page like this one is inspected."""
        self._known = [known for known in self._known if known.id != entry.id]

"""The templates of one session as this process knows them: stored ones, and those being inspected just now."""

from collections.abc import Iterable

from bughive_protocol.frontier import Template
from bughive_worker.templates import match, new_template


class TemplatesSeen:
    """Says of each page which template it is made by, and which page is to be inspected for it."""

    def __init__(self, stored: Iterable[Template]) -> None:
        self._known = list(stored)

    def place(self, features: tuple[int, ...]) -> tuple[Template, bool]:
        """The template of a page with these features, and whether it is new: then this page is to be inspected."""
        known = match(features, self._known)
        if known is not None:
            return known, False
        template = new_template(features)
        self._known.append(template)  # at once, so that of pages visited together only one is inspected
        return template, True

    def forget(self, template: Template) -> None:
        """The inspection failed: the next page of this template is inspected."""
        self._known = [known for known in self._known if known.id != template.id]

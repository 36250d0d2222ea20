"""The templates of one session as this process knows them, those being inspected just now among them."""

import asyncio
from dataclasses import dataclass

from bughive_protocol.frontier import Template
from bughive_protocol.stores import Frontier, TemplatesNow
from bughive_worker.templates import match, new_template, variant


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a page belongs."""

    template_id: str
    to_inspect: Template | None
    """Set where this page is to be inspected; what is recorded once it was."""


class TemplatesSeen:
    """Says of each page which template it is made by, and whether it is to be inspected.

    All shards agree: a template becomes known to all before anything is said of its first page.
    """

    def __init__(self, frontier: Frontier, shards: int) -> None:
        self._frontier = frontier
        self._shards = shards
        self._known: list[Template] = []
        self._version: int | None = None
        self._placing = asyncio.Lock()

    async def place(self, page: str, features: tuple[int, ...], traits: tuple[str, ...] = ()) -> Placed:
        """Find the page's template; it is inspected where that is new, or has not shown these traits yet."""
        async with self._placing:  # so that of pages visited together only one is inspected
            if self._version is None or self._shards > 1:
                self._learn(await self._frontier.templates(-1 if self._version is None else self._version))
            while True:
                placed, entry = self._find(page, features, traits)
                if entry is None:
                    return placed
                now = await self._frontier.add_template(entry, self._version or 0)
                if now.others is None:
                    self._known.append(entry)
                    self._version = now.version
                    return placed
                self._learn(now)

    async def forget(self, entry: Template) -> None:
        """The inspection failed: the next page like this one is inspected."""
        self._known = [known for known in self._known if known.id != entry.id]
        await self._frontier.drop_template(entry.id)

    def _learn(self, now: TemplatesNow) -> None:
        self._version = now.version
        if now.others is not None:
            self._known = list(now.others)

    def _find(self, page: str, features: tuple[int, ...], traits: tuple[str, ...]) -> tuple[Placed, Template | None]:
        """Where the page belongs by what is known, and what is to be made known for it."""
        # By first pages only: one page like another, like a third would lead from any page to any other.
        known = match(features, [one for one in self._known if one.variant_of is None])
        entry = new_template(features, traits) if known is None else variant(known, traits, self._known)
        template_id = entry.id if known is None and entry is not None else known.id if known is not None else ""
        if entry is not None:
            inspected = entry.model_copy(update={"page": page})
            return Placed(template_id, inspected), inspected.model_copy(update={"inspected": False})
        # A worker that had this very page may have died before it had inspected it.
        left = [one for one in self._known if one.page == page and not one.inspected]
        return Placed(template_id, left[0].model_copy(update={"inspected": True}) if left else None), None

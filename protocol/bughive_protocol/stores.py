"""A session's state as the crawl knows it, and what it hands to later ones: small interfaces.

``memory_store`` and ``memory_images`` serve one process, ``redis_store`` and ``redis_images`` any number of workers,
under one suite of tests. All writes of the Redis ones but ``Pictures.settle`` carry the caller's fence and raise
``FenceLost`` where it is stale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bughive_protocol.finding import Finding, RecordedFinding
from bughive_protocol.frontier import (
    Claim,
    Counts,
    FrontierItem,
    LeftOut,
    LinkItem,
    LinkRecord,
    LinkResult,
    PageRecord,
    PageResult,
    Template,
)
from bughive_protocol.picture import KeptPicture, PutPicture


class Frontier(Protocol):
    """The frontier of one session as one shard sees it.

    Limits (most pages to claim, most URLs to know) are given to the constructor.
    """

    async def add(self, items: Sequence[FrontierItem]) -> int:
        """Make pages known; URLs that are known already are left as they are. Returns how many were new."""
        ...

    async def claim_pages(self, limit: int) -> list[Claim]:
        """Claim up to ``limit`` pages, shallowest first, late ones last.

        Empty: nothing is pending, or maxPages are claimed or done.
        """
        ...

    async def claim_links(self, limit: int) -> list[LinkItem]:
        """Claim up to ``limit`` links to check. A link to a page that was recorded is not checked."""
        ...

    async def give_back(self) -> None:
        """Return all that this shard has claimed and not recorded; it does not count as a try."""
        ...

    async def record_page(self, record: PageRecord) -> tuple[str, ...]:
        """Write a page with all that follows from it, once: a second record of one URL changes nothing.

        Returns the fingerprints that are new to the session.
        """
        ...

    async def record_links(self, records: Sequence[LinkRecord]) -> tuple[str, ...]:
        """Write link checks; the second record of one link changes nothing. Returns new fingerprints."""
        ...

    async def templates(self, seen: int = -1) -> "TemplatesNow":
        """All templates, where others became known since version ``seen``."""
        ...

    async def add_template(self, template: Template, seen: int) -> "TemplatesNow":
        """Make a template known to all shards, unless others became known since version ``seen``.

        Returns:
            The version then, and where others were there first all templates: look again, and ask again.
        """
        ...

    async def drop_template(self, template_id: str) -> None:
        """Make it unknown again: its page could not be inspected."""
        ...

    async def counts(self) -> Counts:
        """The session in numbers, of one moment."""
        ...


@dataclass(frozen=True)
class TemplatesNow:
    """The templates of a session at one moment."""

    version: int
    """Rises with each change."""
    others: tuple[Template, ...] | None = None
    """All of them, where the asker did not know all."""


class Findings(Protocol):
    """What a session has found so far."""

    async def known(self, fingerprints: Sequence[str]) -> set[str]:
        """Which of these are recorded."""
        ...

    async def add(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Record the site oracles' findings, once each. Only the finisher calls this. Returns the new ones."""
        ...

    async def all(self) -> list[RecordedFinding]:
        """Every finding, in no particular order."""
        ...

    async def pages(self) -> list[PageResult]:
        """Every recorded page, in no particular order."""
        ...

    async def left_out(self) -> list[LeftOut]:
        """Every page that is not visited by a rule, up to ``limits.MAX_LEFT_OUT``, in no particular order."""
        ...

    async def links(self) -> list[LinkResult]:
        """Every link that was checked, in no particular order."""
        ...


class Pictures(Protocol):
    """Pictures by what they show: packed captures until they are uploaded, then where they are kept.

    The subject is a finding's fingerprint, or the ``page_subject`` of a page.
    """

    async def get(self, subject: str) -> bytes | None:
        """The packed capture, if there is one that is not uploaded."""
        ...

    async def pending(self) -> frozenset[str]:
        """Of what there is a capture that is not uploaded."""
        ...

    async def kept(self) -> Mapping[str, KeptPicture]:
        """The pictures that are uploaded."""
        ...

    async def settle(self, subject: str, kept: KeptPicture | None) -> None:
        """Let go of a capture; ``kept`` says where its picture is, None: nowhere. May be repeated."""
        ...


class Images(Pictures, Protocol):
    """Pictures, as the crawl that takes them sees them."""

    async def put(self, subject: str, packed: bytes) -> PutPicture:
        """Keep a packed capture if there is none of this subject, and room.

        Where pictures are uploaded meanwhile, it waits for room, for some seconds.
        """
        ...


class SeenPages(Protocol):
    """What sessions saw of pages, for later ones. It may forget anything at any time: no result may depend on it."""

    async def get(self, name: str) -> bytes | None:
        """What was kept under this name, if it still is; it may be past its time already."""
        ...

    async def put(self, name: str, seen: bytes, seconds: float) -> None:
        """Keep this for so many seconds, in place of what was there, if there is room."""
        ...

"""An issue tracker, as tickets need it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bughive_worker.tickets.draft import Draft
from bughive_worker.tickets.lock import Renew
from bughive_worker.tickets.mark import Mark

REQUEST_SECONDS = 15.0
"""How long one request to a tracker may take."""


class TicketState(StrEnum):
    """What people have decided on a ticket."""

    OPEN = "open"
    DONE = "done"
    """The bug is said to be mended."""
    DECLINED = "declined"
    """Nobody will mend it: canceled, a duplicate, or thrown away."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that exists."""

    id: str
    """The tracker's own."""
    name: str
    """What people call it, such as ``WEB-12``."""
    url: str
    state: TicketState
    closed_at: datetime | None = None
    """When it was closed last, by the tracker's clock."""
    linked: bool = True
    """Whether it carries its bug's mark where people see it; False: whoever opened it died before the last step."""


class Tracker(Protocol):
    """One issue tracker with one key, for one team or repository.

    Every method may raise:

    - ``EgressRefused``, ``IntegrationRefused``: trying again cannot help
    - ``IntegrationPaused``: it wants to be left alone first
    - ``IntegrationUnavailable``: it did not answer; whether it did what it was asked to is unknown, so look again first
    """

    async def find(self, marks: Sequence[Mark]) -> Mapping[Mark, Ticket]:
        """The tickets of these bugs, where there are any; of several of one bug the one that is open, if any is."""
        ...

    async def open(self, draft: Draft, renew: Renew) -> Ticket:
        """Open a ticket. The caller has just looked, and is alone in opening this one: see ``renew``."""
        ...

    async def reopen(self, ticket: Ticket, why: str) -> None:
        """Open a closed ticket again, and say why in a comment, in Markdown."""
        ...

    async def link(self, ticket: Ticket, mark: Mark) -> None:
        """Do the last step of opening: put the bug's mark where people see it. May be repeated."""
        ...

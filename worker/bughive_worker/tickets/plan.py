"""Which of a session's bugs get tickets, and what is done where there is one: pure.

| ticket | what is done |
|---|---|
| none | a new one is opened |
| open | nothing; the last step of opening, where whoever opened it died before that |
| done, after the session saw the bug | nothing: it may be mended since |
| done, before the session saw the bug | it is reopened: the bug is back |
| declined | nothing: people have decided |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bughive_crds.model import Severity
from bughive_protocol.finding import RecordedFinding
from bughive_protocol.ticket_record import TicketOutcome
from bughive_worker.report.verdict import worst_first
from bughive_worker.tickets.tracker import Ticket, TicketState


class Step(StrEnum):
    """What is to be done for one bug."""

    OPEN = "open"
    REOPEN = "reopen"
    LINK = "link"
    LEAVE = "leave"

    @property
    def takes_place(self) -> bool:
        """Whether it counts for ``maxTickets``."""
        return self in (Step.OPEN, Step.REOPEN)


_MADE = {Step.OPEN: TicketOutcome.OPENED, Step.REOPEN: TicketOutcome.REOPENED}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a session's spec says of one tracker."""

    min_severity: Severity
    max_tickets: int


def candidates(findings: Iterable[RecordedFinding], rules: Rules) -> list[RecordedFinding]:
    """The bugs that may get a ticket, worst first. So may known ones: theirs may be missing, or closed."""
    return [
        found
        for found in worst_first(findings)
        if found.finding.ignored is None and found.finding.severity.at_least(rules.min_severity)
    ]


def next_step(ticket: Ticket | None, seen_at: datetime) -> Step:
    """What to do for a bug that a session saw at ``seen_at`` first, and that has this ticket or none."""
    if ticket is None:
        return Step.OPEN
    if ticket.state is TicketState.OPEN:
        return Step.LEAVE if ticket.linked else Step.LINK
    if ticket.state is TicketState.DECLINED or (ticket.closed_at is not None and ticket.closed_at >= seen_at):
        return Step.LEAVE
    return Step.REOPEN


def chosen(ordered: Iterable[RecordedFinding], tickets: Mapping[str, Ticket], places: int) -> dict[str, Step]:
    """For which of the candidates there is something to do, and what.

    Args:
        ordered: candidates, worst first.
        tickets: by fingerprint.
        places: how many tickets may be opened or reopened; the last step of opening takes none.
    """
    steps: dict[str, Step] = {}
    for found in ordered:
        step = next_step(tickets.get(found.finding.fingerprint), found.first_seen)
        if step is Step.LINK or (step.takes_place and places_taken(steps) < places):
            steps[found.finding.fingerprint] = step
    return steps


def places_taken(steps: Mapping[str, Step]) -> int:
    """How many tickets are opened or reopened by these steps."""
    return sum(step.takes_place for step in steps.values())


def outcome_of(step: Step, planned: Step, ticket: Ticket) -> TicketOutcome:
    """What a session did for a ticket: by the step of this try, or by an earlier one that was cut short.

    Args:
        step: what there was to do.
        planned: what there was to do when the session chose its bugs.
        ticket: as it was found or made.
    """
    if step.takes_place:
        return _MADE[step]
    if ticket.state is not TicketState.OPEN:
        return TicketOutcome.LEFT_CLOSED
    return _MADE.get(planned, TicketOutcome.KNOWN)

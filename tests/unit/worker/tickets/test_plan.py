"""Which bugs get tickets: worst first, within bounds, and never a second."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_crds.model import Severity
from bughive_protocol.ticket_record import TicketOutcome
from bughive_worker.tickets.plan import Rules, Step, candidates, chosen, next_step, outcome_of, places_taken
from bughive_worker.tickets.tracker import Ticket, TicketState

from .conftest import SEEN, some_finding

BEFORE, AFTER = SEEN - timedelta(hours=1), SEEN + timedelta(hours=1)


def ticket(state: TicketState = TicketState.OPEN, closed_at=None, linked: bool = True) -> Ticket:
    return Ticket("id", "WEB-1", "https://linear.example/WEB-1", state, closed_at, linked)


@pytest.mark.parametrize(
    ("there", "step"),
    [
        (None, Step.OPEN),
        (ticket(), Step.LEAVE),
        (ticket(linked=False), Step.LINK),
        (ticket(TicketState.DONE, BEFORE), Step.REOPEN),
        (ticket(TicketState.DONE, AFTER), Step.LEAVE),
        (ticket(TicketState.DONE), Step.REOPEN),
        (ticket(TicketState.DECLINED, BEFORE), Step.LEAVE),
        (ticket(TicketState.DECLINED), Step.LEAVE),
    ],
)
def test_what_is_done_follows_from_the_ticket_that_is_there(there: Ticket | None, step: Step) -> None:
    assert next_step(there, SEEN) is step


def test_the_worst_come_first_and_ignored_or_mild_ones_not_at_all() -> None:
    findings = [
        some_finding("low", severity=Severity.LOW),
        some_finding("rare", severity=Severity.HIGH),
        some_finding("often", severity=Severity.HIGH, occurrences=9),
        some_finding("worst", severity=Severity.CRITICAL),
        some_finding("ignored", severity=Severity.CRITICAL, ignored="theirs"),
    ]
    ordered = candidates(findings, Rules(Severity.MEDIUM, 10))
    assert [one.finding.fingerprint for one in ordered] == ["worst", "often", "rare"]


def test_bugs_that_have_an_open_ticket_take_no_place() -> None:
    ordered = [some_finding(name) for name in ("a", "b", "c", "d", "e")]
    there = {"a": ticket(), "b": ticket(TicketState.DONE, BEFORE), "c": ticket(linked=False)}
    assert chosen(ordered, there, 2) == {"b": Step.REOPEN, "c": Step.LINK, "d": Step.OPEN}


@pytest.mark.parametrize(
    ("step", "planned", "there", "outcome"),
    [
        (Step.OPEN, Step.OPEN, ticket(), TicketOutcome.OPENED),
        (Step.LEAVE, Step.OPEN, ticket(), TicketOutcome.OPENED),
        (Step.LINK, Step.OPEN, ticket(linked=False), TicketOutcome.OPENED),
        (Step.REOPEN, Step.REOPEN, ticket(TicketState.DONE), TicketOutcome.REOPENED),
        (Step.LEAVE, Step.REOPEN, ticket(), TicketOutcome.REOPENED),
        (Step.LEAVE, Step.LEAVE, ticket(), TicketOutcome.KNOWN),
        (Step.LINK, Step.LINK, ticket(linked=False), TicketOutcome.KNOWN),
        (Step.LEAVE, Step.OPEN, ticket(TicketState.DECLINED), TicketOutcome.LEFT_CLOSED),
    ],
)
def test_a_try_that_was_cut_short_counts_as_what_it_did(step, planned, there, outcome) -> None:
    assert outcome_of(step, planned, there) is outcome


TICKETS = st.builds(
    ticket, st.sampled_from(TicketState), st.none() | st.sampled_from([BEFORE, SEEN, AFTER]), st.booleans()
)
FINDINGS = st.lists(
    st.builds(
        some_finding,
        st.integers(0, 40).map(str),
        st.integers(1, 50),
        severity=st.sampled_from(Severity),
        ignored=st.none() | st.just("theirs"),
    ),
    unique_by=lambda found: found.finding.fingerprint,
    max_size=25,
)


@given(FINDINGS, st.dictionaries(st.integers(0, 40).map(str), TICKETS), st.sampled_from(Severity), st.integers(1, 10))
def test_what_is_chosen_is_bounded_worst_first_and_never_a_second_ticket(findings, there, least, places) -> None:
    ordered = candidates(findings, Rules(least, places))
    steps = chosen(ordered, there, places)
    by_name = {found.finding.fingerprint: found.finding for found in findings}
    assert places_taken(steps) <= places
    assert all(by_name[name].ignored is None and by_name[name].severity.at_least(least) for name in steps)
    assert all(name not in there for name, step in steps.items() if step is Step.OPEN)
    assert Step.LEAVE not in steps.values()
    assert list(steps) == [found.finding.fingerprint for found in ordered if found.finding.fingerprint in steps]
    # Whoever was passed over, though there was something to do, is no worse than whoever was not.
    for position, found in enumerate(ordered):
        name = found.finding.fingerprint
        if name not in steps and next_step(there.get(name), found.first_seen) is not Step.LEAVE:
            before = [one.finding.fingerprint for one in ordered[:position]]
            assert sum(steps[other].takes_place for other in before if other in steps) == places
    # Once all is done, there is nothing more to do for these.
    after = {**there, **{name: ticket() for name in steps}}
    assert not set(chosen(ordered, after, places)) & set(steps)

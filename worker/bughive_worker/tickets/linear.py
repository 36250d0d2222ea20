"""Tickets in Linear.

Two things make a bug's ticket one: its id, which is made of the bug and the workspace, so that Linear itself refuses a
second; and a link to the bug's mark among its attachments, by which it is still found when people move it elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from bughive_crds.model import Severity
from bughive_crds.tickets import LinearSpec
from bughive_protocol.errors import EgressRefused, IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_worker.net.outbound import Outbound
from bughive_worker.tickets import linear_queries as queries
from bughive_worker.tickets.draft import Draft
from bughive_worker.tickets.key import TrackerKey
from bughive_worker.tickets.linear_answers import Attachments, Issues, Place, State, StatesFound, read
from bughive_worker.tickets.linear_api import LinearApi
from bughive_worker.tickets.linear_labels import label_ids
from bughive_worker.tickets.linear_upload import upload
from bughive_worker.tickets.lock import Renew
from bughive_worker.tickets.mark import Mark
from bughive_worker.tickets.tracker import Ticket, TicketState

PRIORITIES = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}
"""Linear's: Urgent, High, Medium, Low."""
_MOST_AT_ONCE = 20
"""How many bugs one request asks for: a query may be so complex and no more."""
_OPEN_STATES = ("unstarted", "backlog", "triage", "started")
"""Where a ticket goes that is reopened: the first of these that its team has."""
_BEST_FIRST = list(TicketState)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Here:
    """The team and its workspace, by their ids."""

    workspace: str
    team: str


class LinearTracker:
    """A ``Tracker`` for one team."""

    def __init__(self, spec: LinearSpec, key: TrackerKey, outbound: Outbound, url: str) -> None:
        self._spec = spec
        self._api = LinearApi(key, outbound, url)
        self._place: _Here | None = None

    async def find(self, marks: Sequence[Mark]) -> Mapping[Mark, Ticket]:
        """See ``Tracker.find``."""
        found: dict[Mark, Ticket] = {}
        for start in range(0, len(marks), _MOST_AT_ONCE):
            found |= await self._find(marks[start : start + _MOST_AT_ONCE])
        return found

    async def _find(self, marks: Sequence[Mark]) -> dict[Mark, Ticket]:
        here = await self._here()
        ids = {mark.uuid(here.workspace): mark for mark in marks}
        urls = {f"url{number}": mark.url for number, mark in enumerate(marks)}
        data = await self._api.ask(queries.find(len(marks)), {**urls, "ids": {"id": {"in": list(ids)}}})
        found = {
            ids[issue.id]: issue.ticket(linked=False)
            for issue in read(Issues, data.get("issues")).nodes
            if issue.id in ids
        }
        for number, mark in enumerate(marks):
            linked = [one.issue.ticket(linked=True) for one in read(Attachments, data.get(f"url{number}")).nodes]
            if linked:
                found[mark] = min(linked, key=lambda ticket: _BEST_FIRST.index(ticket.state))
        return found

    async def open(self, draft: Draft, renew: Renew) -> Ticket:
        """See ``Tracker.open``."""
        here = await self._here()
        picture = await self._picture(draft)
        issue = {
            "id": draft.mark.uuid(here.workspace),
            "teamId": here.team,
            "title": draft.title,
            "description": f"{draft.body}\n\n{picture}" if picture else draft.body,
            "priority": PRIORITIES[draft.severity],
            "labelIds": await label_ids(self._api, here.team, self._spec.labels),
        }
        await renew()
        try:
            made = (await self._api.do(queries.CREATE_ISSUE, "issueCreate", {"input": issue})).issue
        except IntegrationRefused:
            # Perhaps the id is taken: another worker was faster.
            there = (await self._find([draft.mark])).get(draft.mark)
            if there is None:
                raise
            return there
        if made is None:
            raise IntegrationUnavailable("Linear says that it opened a ticket, and not which")
        ticket = made.ticket(linked=True)
        await self.link(ticket, draft.mark)
        return ticket

    async def reopen(self, ticket: Ticket, why: str) -> None:
        """See ``Tracker.reopen``."""
        issue = read(StatesFound, await self._api.ask(queries.STATES, {"id": ticket.id})).issue
        state = _first_open(issue.team.states.nodes) or issue.team.default_issue_state
        if state is None:
            raise IntegrationRefused(f"the team of {ticket.name} has no state for open tickets: give its workflow one")
        if issue.archived_at is not None:
            await self._api.do(queries.UNARCHIVE, "issueUnarchive", {"id": ticket.id})
        await self._api.do(queries.MOVE, "issueUpdate", {"id": ticket.id, "input": {"stateId": state.id}})
        try:
            await self._api.do(queries.COMMENT, "commentCreate", {"input": {"issueId": ticket.id, "body": why}})
        except (IntegrationRefused, IntegrationUnavailable) as error:
            # It is open, so nobody would come back to say why.
            log.warning("a ticket was reopened without a comment", ticket=ticket.name, reason=str(error))

    async def link(self, ticket: Ticket, mark: Mark) -> None:
        """See ``Tracker.link``. Linear keeps one attachment for each ticket and address."""
        attachment = {"issueId": ticket.id, "url": mark.url, "title": "BugHive", "subtitle": f"bug {mark.fingerprint}"}
        await self._api.do(queries.LINK, "attachmentCreate", {"input": attachment})

    async def _picture(self, draft: Draft) -> str:
        """The picture in Markdown; empty without one. No ticket fails for it."""
        if draft.picture is None:
            return ""
        try:
            url = await upload(self._api, f"{draft.mark.fingerprint}.webp", draft.picture)
        except IntegrationPaused:
            raise
        except (IntegrationRefused, IntegrationUnavailable, EgressRefused) as error:
            log.warning("a ticket goes without its picture", fingerprint=draft.mark.fingerprint, reason=str(error))
            return ""
        return f"![The bug on its page]({url})"

    async def _here(self) -> _Here:
        if self._place is None:
            teams = {"key": {"eq": self._spec.team_key}}
            place = read(Place, await self._api.ask(queries.PLACE, {"teams": teams}))
            if not place.teams.nodes:
                raise IntegrationRefused(
                    f"Linear has no team {self._spec.team_key} that this API key may see: correct "
                    f"tickets.linear.teamKey, or put another key into {self._api.key.source}"
                )
            self._place = _Here(place.organization.id, place.teams.nodes[0].id)
        return self._place


def _first_open(states: Sequence[State]) -> State | None:
    open_ = [state for state in states if state.type in _OPEN_STATES]
    return min(open_, key=lambda state: (_OPEN_STATES.index(state.type), state.position), default=None)

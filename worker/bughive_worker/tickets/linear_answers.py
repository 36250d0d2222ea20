"""What Linear answers, in models. Pure."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from bughive_protocol.errors import IntegrationUnavailable
from bughive_worker.tickets.tracker import Ticket, TicketState

_DONE = frozenset({"completed"})
_DECLINED = frozenset({"canceled", "duplicate"})


class Part(BaseModel):
    """A part of an answer; what we did not ask for is passed over."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


P = TypeVar("P", bound=Part)


class Id(Part):
    """Whatever has an id."""

    id: str


class State(Part):
    """A state of a team's workflow."""

    id: str = ""
    type: str = ""
    """triage, backlog, unstarted, started, completed or canceled."""
    position: float = 0


class Issue(Part):
    """A ticket."""

    id: str
    identifier: str
    url: str
    archived_at: datetime | None
    trashed: bool | None
    completed_at: datetime | None
    canceled_at: datetime | None
    state: State

    def ticket(self, *, linked: bool) -> Ticket:
        """As trackers have it in common."""
        state = TicketState.OPEN
        if self.trashed or self.state.type in _DECLINED:
            state = TicketState.DECLINED
        elif self.state.type in _DONE:
            state = TicketState.DONE
        return Ticket(self.id, self.identifier, self.url, state, self.completed_at or self.canceled_at, linked)


class Label(Part):
    """A label of a team or, without one, of the workspace."""

    id: str
    name: str
    is_group: bool
    team: Id | None


class Labels(Part):
    """Some labels."""

    nodes: tuple[Label, ...]


class _Teams(Part):
    nodes: tuple[Id, ...]


class LabelsFound(Part):
    """The answer to ``LABELS``."""

    issue_labels: Labels


class Place(Part):
    """The answer to ``PLACE``."""

    organization: Id
    teams: _Teams


class _Attachment(Part):
    issue: Issue


class Attachments(Part):
    """The answer to a part of ``find``."""

    nodes: tuple[_Attachment, ...]


class Issues(Part):
    """The answer to another part of it."""

    nodes: tuple[Issue, ...]


class _States(Part):
    nodes: tuple[State, ...]


class _Workflow(Part):
    default_issue_state: State | None
    states: _States


class _Archivable(Part):
    archived_at: datetime | None
    team: _Workflow


class StatesFound(Part):
    """The answer to ``STATES``."""

    issue: _Archivable


class Done(Part):
    """What every mutation answers, with what it made, if we asked for that."""

    success: bool
    issue: Issue | None = None
    issue_label: Id | None = None
    upload_file: "UploadFile | None" = None


class _Header(Part):
    key: str
    value: str


class UploadFile(Part):
    """Where a file is to be put, and where it will be then."""

    asset_url: str
    upload_url: str
    headers: tuple[_Header, ...]


def read(part: type[P], data: object) -> P:
    """A part of an answer's data. Raises ``IntegrationUnavailable`` where it is not what was asked for."""
    try:
        return part.model_validate(data)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) or "all of it" for problem in error.errors()[:3])
        raise IntegrationUnavailable(f"Linear's answer is not as its schema says: {places}") from error

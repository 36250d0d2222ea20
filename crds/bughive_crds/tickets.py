"""Which of a session's bugs become tickets, and where."""

from typing import Annotated

from pydantic import Field, StringConstraints

from bughive_crds.model import ApiModel, Matching, Rule, Severity
from bughive_crds.secret_ref import SecretRef

MAX_TICKETS = 100

TeamKey = Annotated[
    str,
    StringConstraints(max_length=10),
    Matching(r"[A-Z][A-Z0-9]*", "must be a Linear team's key, such as WEB: the letters before a ticket's number"),
]
Repository = Annotated[
    str,
    StringConstraints(max_length=140),
    Matching(
        r"[A-Za-z0-9][A-Za-z0-9-]*/([A-Za-z0-9_-]|\.[A-Za-z0-9_-])[A-Za-z0-9._-]*",
        "must be a repository as OWNER/NAME, such as acme/shop",
    ),
]
TicketLabel = Annotated[
    str,
    StringConstraints(max_length=50),
    Matching(r"[^\s,]([^\r\n,]*[^\s,])?", "must be a label's name: one line, without commas or spaces at its ends"),
]


class _TrackerSpec(ApiModel):
    """What both trackers are told."""

    min_severity: Severity = Severity.HIGH
    """Bugs that are less severe get no ticket."""
    max_tickets: Annotated[int, Field(ge=1, le=MAX_TICKETS)] = 10
    """The most tickets that one session opens or reopens, for the worst bugs first. Bugs that have an open ticket do
    not count."""
    labels: Annotated[tuple[TicketLabel, ...], Field(max_length=10)] = ()
    """Labels for new tickets. One that does not exist is made."""


class LinearSpec(_TrackerSpec):
    """Tickets in Linear."""

    team_key: TeamKey
    """The key of the team that gets the tickets, such as `WEB`."""
    secret_ref: SecretRef | None = None
    """A Secret whose key `api-key` is a Linear API key. Without it the workers' own key is used, where the
    administrator gave them one (LINEAR_API_KEY)."""


class GitHubSpec(_TrackerSpec):
    """Tickets as issues on GitHub."""

    repository: Repository
    """The repository that gets the issues, as `OWNER/NAME`."""
    secret_ref: SecretRef
    """A Secret whose key `token` is a GitHub token that may read and write the repository's issues."""


class TicketsSpec(ApiModel):
    """The issue trackers that hear of bugs when the session has finished.

    A bug has one ticket in each, for ever: it is reopened if the bug returns.
    """

    rules = (
        Rule(
            cel="has(self.linear) || has(self.github)",
            holds=lambda tickets: bool(tickets.linear or tickets.github),
            message="tickets needs linear or github: with neither of them nobody would get a ticket",
        ),
    )

    linear: LinearSpec | None = None
    github: GitHubSpec | None = None

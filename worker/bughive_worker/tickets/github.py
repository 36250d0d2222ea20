"""Tickets as issues on GitHub.

An issue is known by a line at its end. The search finds it however old it is, but not in its first moments; so the
newest issues are looked through besides.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

import structlog

from bughive_crds.tickets import GitHubSpec
from bughive_protocol.errors import IntegrationRefused, IntegrationUnavailable
from bughive_worker.net.outbound import Outbound
from bughive_worker.tickets.draft import Draft
from bughive_worker.tickets.github_answers import Found, Issue, read
from bughive_worker.tickets.key import TrackerKey
from bughive_worker.tickets.lock import Renew
from bughive_worker.tickets.mark import Mark
from bughive_worker.tickets.tracker import REQUEST_SECONDS, Ticket, TicketState

_NEWEST = 100
_MOST_AT_ONCE = 5
"""How many bugs one search asks for: GitHub takes so many ORs, and 256 characters."""
_API_VERSION = "2022-11-28"
"""GitHub answers it until 2028-03-10, and then 410; the next is 2026-03-10."""
_MAX_ANSWER = 10_000_000
_BEST_FIRST = list(TicketState)
T = TypeVar("T")

log = structlog.get_logger(__name__)


class GitHubTracker:
    """A ``Tracker`` for one repository."""

    def __init__(self, spec: GitHubSpec, key: TrackerKey, outbound: Outbound, url: str) -> None:
        self._spec = spec
        self._key = key
        self._outbound = outbound
        self._url = url.rstrip("/")
        self._issues = f"/repos/{spec.repository}/issues"

    async def find(self, marks: Sequence[Mark]) -> Mapping[Mark, Ticket]:
        """See ``Tracker.find``."""
        newest = {"state": "all", "sort": "created", "direction": "desc", "per_page": _NEWEST}
        issues = list(await self._ask("GET", f"{self._issues}?{urlencode(newest)}", tuple[Issue, ...]))
        for start in range(0, len(marks), _MOST_AT_ONCE):
            issues += await self._search(marks[start : start + _MOST_AT_ONCE])
        ours = [issue for issue in issues if issue.is_in(self._spec.repository)]
        tickets = {mark: _of(mark, ours) for mark in marks}
        return {mark: ticket for mark, ticket in tickets.items() if ticket is not None}

    async def _search(self, marks: Sequence[Mark]) -> Sequence[Issue]:
        # Without the brackets each OR would reach every repository on GitHub.
        words = " OR ".join(f'"{mark.token}"' for mark in marks)
        query = {"q": f"repo:{self._spec.repository} is:issue in:body ({words})", "per_page": _NEWEST}
        found = await self._ask("GET", f"/search/issues?{urlencode(query)}", Found)
        if found.incomplete_results:
            raise IntegrationUnavailable("GitHub's search did not come to its end; it is tried again")
        return found.items

    async def open(self, draft: Draft, renew: Renew) -> Ticket:
        """See ``Tracker.open``. GitHub takes no pictures; the report has them."""
        body = f"{draft.body}\n\n{_last_line(draft.mark)}"
        issue = {"title": draft.title, "body": body, "labels": list(self._spec.labels)}
        await renew()
        return (await self._ask("POST", self._issues, Issue, issue)).ticket()

    async def reopen(self, ticket: Ticket, why: str) -> None:
        """See ``Tracker.reopen``."""
        await self._ask("PATCH", f"{self._issues}/{ticket.id}", Issue, {"state": "open"})
        try:
            await self._ask("POST", f"{self._issues}/{ticket.id}/comments", dict[str, object], {"body": why})
        except (IntegrationRefused, IntegrationUnavailable) as error:
            # It is open, so nobody would come back to say why.
            log.warning("a ticket was reopened without a comment", ticket=ticket.name, reason=str(error))

    async def link(self, ticket: Ticket, mark: Mark) -> None:
        """See ``Tracker.link``. An issue has its mark from the first."""

    async def _ask(self, method: str, path: str, type_: type[T], content: Mapping[str, object] | None = None) -> T:
        answer = await self._outbound.request(
            method,
            f"{self._url}{path}",
            headers={
                "Authorization": f"Bearer {self._key.value}",
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": _API_VERSION,
            },
            body=b"" if content is None else json.dumps(content).encode(),
            limit_bytes=_MAX_ANSWER,
            timeout_seconds=REQUEST_SECONDS,
        )
        return read(type_, answer, datetime.now(UTC), self._spec.repository, self._key.source)


def _last_line(mark: Mark) -> str:
    return f"<sub>Please leave this line: by it BugHive knows that this bug has its issue. `{mark.token}`</sub>"


def _of(mark: Mark, issues: Iterable[Issue]) -> Ticket | None:
    """A search may find what only resembles a mark."""
    tickets = [issue.ticket() for issue in issues if not issue.pull_request and mark.token in (issue.body or "")]
    return min(tickets, key=lambda ticket: _BEST_FIRST.index(ticket.state), default=None)

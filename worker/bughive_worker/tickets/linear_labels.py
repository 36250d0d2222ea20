"""The labels of tickets in Linear, by their names."""

from collections.abc import Collection

import structlog

from bughive_protocol.errors import IntegrationRefused
from bughive_worker.tickets import linear_queries as queries
from bughive_worker.tickets.linear_answers import LabelsFound, read
from bughive_worker.tickets.linear_api import LinearApi

log = structlog.get_logger(__name__)


async def label_ids(api: LinearApi, team: str, names: Collection[str]) -> list[str]:
    """The ids of these labels of the team or its workspace; those that do not exist are made.

    One that Linear does not let us make is left out: a ticket is worth more than its label. For the errors see
    ``Tracker``.
    """
    if not names:
        return []
    written = {name.lower(): name for name in names}
    known = await _known(api, team, written.values())
    ids = [known.get(name) or await _made(api, team, asked) for name, asked in written.items()]
    return [id_ for id_ in ids if id_]


async def _known(api: LinearApi, team: str, names: Collection[str]) -> dict[str, str]:
    """The ids, by the names in lower case, of labels that tickets of this team may have."""
    named = {"or": [{"name": {"eqIgnoreCase": name}} for name in names]}
    found = read(LabelsFound, await api.ask(queries.LABELS, {"labels": named}))
    return {
        label.name.lower(): label.id
        for label in found.issue_labels.nodes
        if not label.is_group and (label.team is None or label.team.id == team)
    }


async def _made(api: LinearApi, team: str, name: str) -> str | None:
    try:
        made = await api.do(queries.CREATE_LABEL, "issueLabelCreate", {"input": {"name": name, "teamId": team}})
    except IntegrationRefused as error:
        # Perhaps another worker was faster.
        id_ = (await _known(api, team, [name])).get(name.lower())
        if id_ is None:
            log.warning("a ticket goes without a label", label=name, reason=str(error))
        return id_
    return made.issue_label.id if made.issue_label else None

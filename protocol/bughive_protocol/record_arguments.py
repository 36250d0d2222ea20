"""Records as arguments for the scripts: what Lua must look at stands alone, the rest is JSON that it only stores."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from bughive_protocol.finding import MAX_EXAMPLES, Finding
from bughive_protocol.frontier import FrontierItem, LinkRecord, PageRecord
from bughive_protocol.limits import MAX_LEFT_OUT, MAX_SOURCES
from bughive_protocol.occurrences import distinct, distinct_links
from bughive_protocol.scripts import Argument


class StoredFinding(BaseModel):
    """A finding as it lies in Redis."""

    first_seen: datetime
    finding: Finding


def finding_arguments(finding: Finding, at: datetime) -> list[Argument]:
    """Fingerprint, severity (or ``Ignored``) and body."""
    body = StoredFinding(first_seen=at, finding=finding).model_dump_json()
    return [finding.fingerprint, finding.severity if finding.ignored is None else "Ignored", body]


def discovered_arguments(items: Sequence[FrontierItem]) -> list[Argument]:
    """How many, then URL, rank and body of each."""
    arguments: list[Argument] = [len(items)]
    for item in items:
        arguments += [item.url, item.rank, item.model_dump_json()]
    return arguments


def page_arguments(record: PageRecord, max_known: int) -> list[Argument]:
    """What ``record_page.lua`` takes, after the fence."""
    page = record.page
    arguments: list[Argument] = [
        page.url,
        int(page.end.failed),
        int(page.reused_from is not None),
        page.model_dump_json(),
    ]
    arguments += [max_known, MAX_EXAMPLES, MAX_SOURCES, MAX_LEFT_OUT]
    arguments += discovered_arguments(record.discovered)
    arguments.append(len(record.left_out))
    for left_out in record.left_out:
        arguments += [left_out.url, left_out.why]
    links = distinct_links(record.links)
    arguments.append(len(links))
    for link in links.values():
        arguments += [link.url, link.model_dump_json()]
    findings = distinct(record.findings)
    arguments.append(len(findings))
    for finding in findings.values():
        arguments += finding_arguments(finding, record.recorded_at)
    arguments.append(int(record.template is not None))
    if record.template is not None:
        arguments += [record.template.id, record.template.model_dump_json()]
    return arguments


def links_arguments(records: Sequence[LinkRecord], at: datetime) -> list[Argument]:
    """What ``record_links.lua`` takes, after the fence."""
    arguments: list[Argument] = [len(records)]
    for record in records:
        arguments += [record.result.url, record.result.model_dump_json()]
        arguments += finding_arguments(record.finding, at) if record.finding else ["", "", ""]
    return arguments

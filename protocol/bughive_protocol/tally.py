"""The session in numbers, as ``lua/shared/counts.lua`` answers them."""

from collections.abc import Sequence
from typing import Any

from bughive_crds.analysis import AnalysisStatus, AnalysisStop
from bughive_crds.crawl_session import BugCounts
from bughive_protocol.frontier import Counts
from bughive_protocol.ledger import MICRO

_STOPS = {stop.value for stop in AnalysisStop}


def counts_of(answer: Sequence[Any]) -> Counts:
    """Read the answer of ``count()``."""
    *numbers, counters, analysis = answer
    discovered, pending, claimed, crawled, left_out, links_pending, links_claimed, found, ignored = numbers
    failed, reused, critical, high, medium, low = (int(value or 0) for value in counters)
    bugs = found - ignored
    return Counts(
        discovered=discovered,
        pending=pending,
        claimed=claimed,
        crawled=crawled,
        failed=failed,
        reused=reused,
        left_out=left_out,
        links_pending=links_pending,
        links_claimed=links_claimed,
        bugs=bugs,
        by_severity=BugCounts(total=bugs, critical=critical, high=high, medium=medium, low=low, ignored=ignored),
        analysis=_analysis(*analysis),
    )


def _analysis(*fields: str | None) -> AnalysisStatus | None:
    if not any(fields):
        return None
    *numbers, stopped, message = fields
    pages, recalled, calls, unusable, micro_usd = (int(value or 0) for value in numbers)
    return AnalysisStatus(
        pages=pages,
        recalled=recalled,
        calls=calls,
        unusable=unusable,
        usd=micro_usd / MICRO,
        stopped=AnalysisStop(stopped) if stopped in _STOPS else None,  # a word of another version is none
        message=message,
    )

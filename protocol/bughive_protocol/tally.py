"""The session in numbers, as ``lua/shared/counts.lua`` answers them."""

from collections.abc import Sequence
from typing import Any

from bughive_crds.crawl_session import BugCounts
from bughive_protocol.frontier import Counts


def counts_of(answer: Sequence[Any]) -> Counts:
    """Read the answer of ``count()``."""
    discovered, pending, claimed, crawled, left_out, links_pending, links_claimed, found, ignored, counters = answer
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
    )

"""The real crawl, held by the answer key: what is planted is found, once, and the clean twin is clean."""

import pytest

from bughive_crds.model import Severity

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(180)]


def told(findings):
    """Findings as lines that say what to look at."""
    return [f"{one.severity} {one.kind} {one.title} ({one.url} {one.selector or ''})" for one in findings]


async def test_every_bug_that_a_detector_can_see_is_found(shop, capsys):
    result = shop.score
    with capsys.disabled():
        planted = len(result.found) + len(result.missed)
        print(  # noqa: T201 - the number that the project is judged by
            f"\nshop: {len(result.found)} of {planted} planted bugs found ({result.recall_of_all:.0%}) on {shop.pages} "
            f"pages; {result.recall:.0%} of those with a detector; precision {result.precision:.0%}"
        )
    assert [bug.id for bug in result.overlooked] == []


async def test_no_bug_is_reported_twice(shop):
    assert told(hit.finding for hit in shop.score.duplicates) == []


async def test_nothing_is_reported_that_is_no_bug(shop):
    assert told(shop.score.unexpected) == []


async def test_the_clean_twin_has_nothing_above_low(clean_shop):
    assert clean_shop.pages > 100
    assert told(one for one in clean_shop.findings if one.severity is not Severity.LOW) == []

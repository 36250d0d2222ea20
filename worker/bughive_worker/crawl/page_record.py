"""From what was seen to what is written. Pure."""

from collections.abc import Sequence
from datetime import datetime

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import FrontierItem, PageEnd, PageRecord, PageResult, Template
from bughive_worker.crawl.outlinks import Outlinks
from bughive_worker.observation import PageObservation

_MAX_ERROR = 500


def page_record(
    observation: PageObservation,
    findings: Sequence[Finding],
    out: Outlinks,
    template: Template | None,
    now: datetime,
) -> PageRecord:
    """All that follows from one visit."""
    dom = observation.dom
    page = PageResult(
        url=observation.url,
        final_url=observation.final_url or None,
        end=observation.end,
        status=observation.status,
        depth=observation.depth,
        via=observation.via,
        referrer=observation.referrer,
        title=dom.title if dom else None,
        description=dom.description if dom else None,
        canonical=dom.canonical if dom else None,
        template=observation.template,
        inspected=observation.inspected,
        analyzed=observation.analyzed,
        links=out.count,
        duration_ms=observation.duration_ms,
        error=observation.error,
        reused_from=observation.observed_at if observation.reused else None,
    )
    return PageRecord(
        page=page,
        findings=tuple(findings),
        discovered=out.pages,
        links=out.checks,
        left_out=out.left_out,
        template=template,
        recorded_at=now,
    )


def broken_record(item: FrontierItem, error: BaseException, now: datetime) -> PageRecord:
    """A page on which the crawl itself failed: it is recorded, so that the session goes on."""
    page = PageResult(
        url=item.url,
        end=PageEnd.CRASHED,
        depth=item.depth,
        via=item.via,
        referrer=item.referrer,
        error=f"{type(error).__name__}: {error}"[:_MAX_ERROR],
    )
    return PageRecord(page=page, recorded_at=now)

from datetime import UTC, datetime

from bughive_protocol.frontier import FrontierItem, LeftOut, LinkItem, PageEnd, Via
from bughive_worker.crawl.outlinks import Outlinks
from bughive_worker.crawl.page_record import broken_record, page_record
from bughive_worker.observation import DomFacts, PageObservation
from bughive_worker.templates import new_template

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_record_tells_all_that_was_seen():
    dom = DomFacts("Tea", "en", "All about tea", "http://a/tea", text_length=3)
    template = new_template((1, 2))
    seen = PageObservation(
        url="http://a/",
        end=PageEnd.LOADED,
        observed_at=NOW,
        status=200,
        final_url="http://a/",
        dom=dom,
        template=template.id,
        duration_ms=12,
    )
    out = Outlinks(
        pages=(FrontierItem(url="http://a/b", depth=1),),
        checks=(LinkItem(url="http://c/", source="http://a/"),),
        left_out=(LeftOut(url="http://a/d", why="maxDepth"),),
        count=2,
    )

    record = page_record(seen, (), out, template, NOW)

    assert (record.page.title, record.page.description, record.page.canonical) == (
        "Tea",
        "All about tea",
        "http://a/tea",
    )
    assert (record.page.links, record.page.duration_ms, record.page.template) == (2, 12, template.id)
    assert (record.discovered, record.links, record.left_out) == (out.pages, out.checks, out.left_out)
    assert record.template == template


def test_a_page_on_which_the_crawl_failed_is_recorded_as_failed():
    item = FrontierItem(url="http://a/", depth=2, via=Via.SITEMAP)

    page = broken_record(item, ValueError("x" * 9000), NOW).page

    assert page.end.failed
    assert (page.depth, page.via) == (2, Via.SITEMAP)
    assert page.error.startswith("ValueError: xxx")
    assert len(page.error) == 500

"""Which pages are inspected, and that all shards of a session agree on it."""

import asyncio

from bughive_protocol.limits import Limits
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFrontier
from bughive_worker.crawl.templates_seen import TemplatesSeen

PRODUCT, ARTICLE = tuple(range(100)), tuple(range(200, 300))


def seen(session: MemorySession | None = None, shards: int = 1) -> TemplatesSeen:
    return TemplatesSeen(MemoryFrontier(session or MemorySession(), Limits(100)), shards)


async def test_the_first_page_of_a_template_is_to_be_inspected_and_no_other_like_it():
    templates = seen()

    first, again = await templates.place("/1", PRODUCT), await templates.place("/2", PRODUCT[:-3])

    assert first.to_inspect is not None
    assert (again.template_id, again.to_inspect) == (first.template_id, None)


async def test_a_page_that_shows_a_further_trait_of_its_template_is_to_be_inspected_too():
    templates = seen()
    first = await templates.place("/1", PRODUCT, ("table",))

    further = await templates.place("/2", PRODUCT, ("table", "overflow"))
    again = await templates.place("/3", PRODUCT, ("overflow",))

    assert further.template_id == first.template_id
    assert further.to_inspect is not None
    assert again.to_inspect is None


async def test_a_later_turn_knows_what_an_earlier_one_inspected():
    session = MemorySession()
    first = await seen(session).place("/1", PRODUCT)
    session.templates[first.template_id] = first.to_inspect  # as the page's record does

    later = seen(session)
    assert (await later.place("/1", PRODUCT)).to_inspect is None
    assert (await later.place("/9", ARTICLE)).to_inspect is not None


async def test_a_page_whose_worker_died_before_it_was_inspected_is_inspected_at_the_next_visit():
    session = MemorySession()
    first = await seen(session).place("/1", PRODUCT)

    later = seen(session)
    other, same = await later.place("/2", PRODUCT), await later.place("/1", PRODUCT)
    assert other.to_inspect is None
    assert same.to_inspect == first.to_inspect


async def test_after_a_failed_inspection_the_next_page_is_to_be_inspected():
    session = MemorySession()
    templates = seen(session)
    first = await templates.place("/1", PRODUCT)

    await templates.forget(first.to_inspect)

    assert session.templates == {}
    assert (await templates.place("/2", PRODUCT)).to_inspect is not None


async def test_shards_that_see_pages_of_one_template_at_once_give_it_one_name():
    session = MemorySession()
    shards = [seen(session, shards=4) for _ in range(4)]
    pages = [(shard, f"/{i}{n}") for n, shard in enumerate(shards) for i in range(5)]

    placed = await asyncio.gather(*(shard.place(page, PRODUCT[int(page[2]) :]) for shard, page in pages))

    assert len({one.template_id for one in placed}) == 1
    assert sum(one.to_inspect is not None for one in placed) == 1

"""What a frontier, findings and images do, in memory and in Redis alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bughive_crds.model import Severity
from bughive_protocol.finding import MAX_EXAMPLES, Confidence, Finding
from bughive_protocol.frontier import (
    FrontierItem,
    LeftOut,
    LinkItem,
    LinkRecord,
    LinkResult,
    LinkVerdict,
    PageEnd,
    PageRecord,
    PageResult,
    Template,
    Via,
)
from bughive_protocol.limits import Limits
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.outbox import Outbox
from bughive_protocol.outbox_entry import EntryKind, OutboxEntry
from bughive_protocol.picture import KeptPicture, PutPicture
from bughive_protocol.redis_images import RedisImages
from bughive_protocol.redis_store import RedisFindings, RedisFrontier
from bughive_protocol.stores import Findings, Frontier, Images

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Stores:
    frontier_of: Callable[[Limits], Frontier]
    findings: Findings
    images_of: Callable[[int], Images]
    told: Callable[[], Awaitable[list[OutboxEntry]]]
    """What the outbox tells of the session."""

    def __post_init__(self) -> None:
        self.frontier = self.frontier_of(Limits(max_pages=100))


@pytest.fixture(params=["memory", "redis"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        session = MemorySession(entries=frozenset({EntryKind.BUG}))

        async def kept() -> list[OutboxEntry]:
            return session.outbox

        return Stores(
            lambda limits: MemoryFrontier(session, limits),
            MemoryFindings(session),
            lambda room: MemoryImages(session, room),
            kept,
        )
    client, keys, fence = holder = tuple(request.getfixturevalue(name) for name in ("async_client", "keys", "fence"))

    async def told() -> list[OutboxEntry]:
        return [outgoing.entry for outgoing in await Outbox(client, keys, "reader").read()]

    request.getfixturevalue("client").hset(keys.session(fence.session_id).spec, "entries", EntryKind.BUG)
    return Stores(
        lambda limits: RedisFrontier(*holder, limits),
        RedisFindings(*holder),
        lambda room: RedisImages(*holder, room, room_seconds=0.5),
        told,
    )


def page(path: str, depth: int = 0) -> FrontierItem:
    return FrontierItem(url=f"http://shop.test/{path}", depth=depth)


def finding(fingerprint: str, url: str = "http://shop.test/a", severity: Severity = Severity.HIGH) -> Finding:
    return Finding(
        fingerprint=fingerprint,
        kind="broken-link",
        severity=severity,
        confidence=Confidence.CERTAIN,
        title="Grüße — 日本",
        url=url,
    )


def link(path: str, source: str = "http://shop.test/a") -> LinkItem:
    return LinkItem(url=f"http://else.test/{path}", source=source)


def record(url: str, *, end: PageEnd = PageEnd.LOADED, **more) -> PageRecord:
    return PageRecord(page=PageResult(url=url, end=end), recorded_at=NOW, **more)


async def test_a_bug_is_told_when_it_first_counts(stores: Stores) -> None:
    ignored = finding("late").model_copy(update={"ignored": "known"})
    await stores.frontier.record_page(record(page("a").url, findings=(finding("first"), ignored)))
    await stores.findings.add([finding("first"), finding("last")])
    link_record = LinkRecord(result=LinkResult(url="http://else.test/", verdict=LinkVerdict.BROKEN), finding=ignored)
    await stores.frontier.record_links([link_record])
    await stores.frontier.record_page(record(page("b").url, findings=(finding("late"), finding("first"))))
    assert [(entry.kind, entry.body) for entry in await stores.told()] == [
        ("bug", "first"),
        ("bug", "last"),
        ("bug", "late"),
    ]


async def test_a_page_is_known_once(stores: Stores) -> None:
    assert await stores.frontier.add([page("a"), page("b"), page("a", 3)]) == 2
    assert await stores.frontier.add([page("b"), page("c")]) == 1
    assert [claim.item.depth for claim in await stores.frontier.claim_pages(9)] == [0, 0, 0]


async def test_pages_are_claimed_by_depth_and_then_by_discovery(stores: Stores) -> None:
    await stores.frontier.add([page("deep", 2), page("b", 1), page("a", 1), page("start", 0)])
    first = await stores.frontier.claim_pages(2)
    rest = await stores.frontier.claim_pages(9)
    assert [claim.item for claim in first + rest] == [page("start", 0), page("b", 1), page("a", 1), page("deep", 2)]
    assert await stores.frontier.claim_pages(9) == []


async def test_late_pages_come_after_all_others(stores: Stores) -> None:
    late = page("late").model_copy(update={"late": True})
    await stores.frontier.add([late, page("deep", 9)])
    assert [claim.item for claim in await stores.frontier.claim_pages(9)] == [page("deep", 9), late]


async def test_pages_that_were_reused_are_counted(stores: Stores) -> None:
    reused = PageResult(url=page("a").url, end=PageEnd.LOADED, reused_from=NOW)
    await stores.frontier.record_page(PageRecord(page=reused, recorded_at=NOW))
    await stores.frontier.record_page(record(page("b").url))
    counts = await stores.frontier.counts()
    assert (counts.crawled, counts.reused) == (2, 1)
    assert reused in await stores.findings.pages()


async def test_pages_that_are_left_out_are_remembered_unless_they_are_visited_after_all(stores: Stores) -> None:
    await stores.frontier.add([page("a")])
    out = [LeftOut(url=page(name).url, why="calendar") for name in ("a", "b", "c")]
    await stores.frontier.record_page(record(page("a").url, left_out=tuple(out)))
    await stores.frontier.record_page(record(page("b").url, discovered=(page("b", 1),), left_out=(out[1], out[2])))
    assert await stores.findings.left_out() == [out[2]]
    assert (await stores.frontier.counts()).left_out == 1


async def test_a_claimed_item_comes_back_as_it_was_added(stores: Stores) -> None:
    item = FrontierItem(url="http://shop.test/ü?a=1&b=\n", depth=3, via=Via.SITEMAP, referrer="http://shop.test/")
    await stores.frontier.add([item.model_copy(update={"url": item.url.strip()})])
    (claim,) = await stores.frontier.claim_pages(1)
    assert (claim.item.via, claim.item.referrer, claim.tries) == (Via.SITEMAP, "http://shop.test/", 1)


async def test_no_more_pages_are_claimed_than_max_pages(stores: Stores) -> None:
    frontier = stores.frontier_of(Limits(max_pages=3))
    await frontier.add([page(str(i)) for i in range(5)])
    claims = await frontier.claim_pages(2)
    await frontier.record_page(record(claims[0].item.url))
    assert len(await frontier.claim_pages(9)) == 1
    assert await frontier.claim_pages(9) == []
    counts = await frontier.counts()
    assert (counts.discovered, counts.pending, counts.claimed, counts.crawled) == (5, 2, 2, 1)


async def test_pages_beyond_what_may_be_known_are_dropped(stores: Stores) -> None:
    frontier = stores.frontier_of(Limits(max_pages=2, max_known=3))
    assert await frontier.add([page("a")]) == 1
    links = tuple(link(str(i)) for i in range(5))
    await frontier.record_page(record(page("a").url, discovered=tuple(page(str(i), 1) for i in range(5)), links=links))
    counts = await frontier.counts()
    assert (counts.discovered, counts.links_pending) == (3, 3)


async def test_what_is_given_back_waits_at_its_old_place(stores: Stores) -> None:
    await stores.frontier.add([page("a"), page("b"), page("c", 1)])
    await stores.frontier.record_page(record(page("x").url, links=(link("1"), link("2"))))
    await stores.frontier.claim_pages(2)
    await stores.frontier.claim_links(1)
    await stores.frontier.give_back()
    counts = await stores.frontier.counts()
    assert (counts.pending, counts.claimed, counts.links_pending, counts.links_claimed) == (3, 0, 2, 0)
    again = await stores.frontier.claim_pages(9)
    assert [(claim.item, claim.tries) for claim in again] == [(page("a"), 1), (page("b"), 1), (page("c", 1), 1)]
    assert [item.url for item in await stores.frontier.claim_links(9)] == [link("1").url, link("2").url]


async def test_a_page_that_was_given_back_does_not_use_up_the_budget(stores: Stores) -> None:
    frontier = stores.frontier_of(Limits(max_pages=1))
    await frontier.add([page("a")])
    for _ in range(3):
        assert len(await frontier.claim_pages(1)) == 1
        await frontier.give_back()
    assert len(await frontier.claim_pages(1)) == 1


async def test_a_page_is_recorded_once_with_all_that_follows(stores: Stores) -> None:
    await stores.frontier.add([page("a")])
    await stores.frontier.claim_pages(1)
    first = record(
        page("a").url,
        findings=(finding("f1"), finding("f2", severity=Severity.LOW)),
        discovered=(page("b", 1), page("a", 1)),
        links=(link("1"), link("1")),
        template=Template(id="t1", features=(1, 2)),
    )
    assert set(await stores.frontier.record_page(first)) == {"f1", "f2"}
    second = record(page("a").url, end=PageEnd.CRASHED, findings=(finding("f3"),), discovered=(page("z"),))
    assert await stores.frontier.record_page(second) == ()

    counts = await stores.frontier.counts()
    assert (counts.discovered, counts.pending, counts.claimed, counts.crawled, counts.failed) == (2, 1, 0, 1, 0)
    assert (counts.links_pending, counts.bugs) == (1, 2)
    assert (counts.by_severity.high, counts.by_severity.low, counts.by_severity.total) == (1, 1, 2)
    assert await stores.findings.pages() == [first.page]
    assert (await stores.frontier.templates()).others == (Template(id="t1", features=(1, 2)),)


async def test_failed_pages_are_counted_among_the_crawled(stores: Stores) -> None:
    ends = [PageEnd.LOADED, PageEnd.TIMED_OUT, PageEnd.DOWNLOAD, PageEnd.BAD_TLS]
    for i, end in enumerate(ends):
        await stores.frontier.record_page(record(page(str(i)).url, end=end))
    counts = await stores.frontier.counts()
    assert (counts.crawled, counts.failed) == (4, 2)


async def test_a_page_that_was_recorded_is_not_claimed_even_if_it_was_still_waiting(stores: Stores) -> None:
    await stores.frontier.add([page("a")])
    await stores.frontier.record_page(record(page("a").url))
    assert await stores.frontier.claim_pages(9) == []


async def test_a_bug_on_many_pages_is_one_finding_with_its_first_examples(stores: Stores) -> None:
    urls = [page(f"{i:02}").url for i in range(MAX_EXAMPLES + 2)]
    new = [
        await stores.frontier.record_page(record(url, findings=(finding("f", url), finding("f", url)))) for url in urls
    ]
    assert new == [("f",)] + [()] * (len(urls) - 1)
    (found,) = await stores.findings.all()
    assert (found.finding, found.first_seen) == (finding("f", urls[0]), NOW)
    assert (found.occurrences, found.examples) == (len(urls), tuple(urls[:MAX_EXAMPLES]))


async def test_an_ignored_bug_is_kept_and_counts_once_it_is_seen_where_nothing_ignores_it(stores: Stores) -> None:
    first, second = page("a").url, page("b").url
    ignored = finding("f", first).model_copy(update={"ignored": "third party"})
    assert await stores.frontier.record_page(record(first, findings=(ignored,))) == ("f",)
    counts = await stores.frontier.counts()
    assert (counts.bugs, counts.by_severity.total, counts.by_severity.ignored) == (0, 0, 1)

    await stores.frontier.record_page(record(second, findings=(finding("f", second),)))
    await stores.frontier.record_page(record(page("c").url, findings=(ignored,)))
    counts = await stores.frontier.counts()
    assert (counts.bugs, counts.by_severity.high, counts.by_severity.ignored) == (1, 1, 0)
    (found,) = await stores.findings.all()
    assert (found.finding, found.occurrences) == (finding("f", second), 3)


async def test_a_broken_link_occurs_on_each_page_that_has_it(stores: Stores) -> None:
    pages = [page(str(i)).url for i in range(3)]
    for url in pages[:2]:
        await stores.frontier.record_page(record(url, links=(link("gone", url), link("gone", url))))
    (item,) = await stores.frontier.claim_links(9)
    assert item.source == pages[0]
    gone = LinkRecord(
        result=LinkResult(url=item.url, verdict=LinkVerdict.BROKEN, status=404), finding=finding("dead", pages[0])
    )
    assert await stores.frontier.record_links([gone]) == ("dead",)
    await stores.frontier.record_page(record(pages[2], links=(link("gone", pages[2]),)))
    (found,) = await stores.findings.all()
    assert (found.occurrences, found.examples) == (3, tuple(pages))


async def test_a_link_is_checked_once(stores: Stores) -> None:
    await stores.frontier.record_page(record(page("a").url, links=(link("1"), link("2"))))
    items = await stores.frontier.claim_links(9)
    assert [item.url for item in items] == [link("1").url, link("2").url]
    ok = [LinkRecord(result=LinkResult(url=item.url, verdict=LinkVerdict.OK, status=200)) for item in items]
    assert await stores.frontier.record_links(ok) == ()
    late = LinkRecord(result=LinkResult(url=items[0].url, verdict=LinkVerdict.BROKEN), finding=finding("late"))
    assert await stores.frontier.record_links([late]) == ()
    await stores.frontier.record_page(record(page("b").url, links=(link("1"),)))
    assert await stores.frontier.claim_links(9) == []
    assert await stores.findings.all() == []
    assert {result.verdict for result in await stores.findings.links()} == {LinkVerdict.OK}
    counts = await stores.frontier.counts()
    assert (counts.links_pending, counts.links_claimed) == (0, 0)


async def test_a_link_that_turns_out_to_be_a_page_is_not_checked(stores: Stores) -> None:
    as_link = LinkItem(url=page("b").url, source=page("a").url)
    await stores.frontier.record_page(record(page("a").url, links=(as_link, link("1"))))
    await stores.frontier.add([page("b")])
    await stores.frontier.record_page(record(page("c").url, links=(as_link,)))
    assert [item.url for item in await stores.frontier.claim_links(9)] == [link("1").url]


async def test_findings_of_the_whole_site_are_added_once(stores: Stores) -> None:
    pair = [finding("twins", page("a").url), finding("twins", page("b").url), finding("orphan", page("c").url)]
    assert set(await stores.findings.add(pair)) == {"twins", "orphan"}
    assert await stores.findings.add(pair) == ()
    seen = {found.finding.fingerprint: found for found in await stores.findings.all()}
    assert (seen["twins"].occurrences, seen["twins"].examples) == (2, (page("a").url, page("b").url))
    assert seen["orphan"].occurrences == 1
    assert (await stores.frontier.counts()).bugs == 2


async def test_known_names_the_findings_that_are_recorded(stores: Stores) -> None:
    await stores.frontier.record_page(record(page("a").url, findings=(finding("f1"),)))
    dead = LinkRecord(result=LinkResult(url=link("1").url, verdict=LinkVerdict.BROKEN), finding=finding("f2"))
    await stores.frontier.record_links([dead])
    await stores.findings.add([finding("f3")])
    assert await stores.findings.known(["f1", "f2", "f3", "f4"]) == {"f1", "f2", "f3"}
    assert await stores.findings.known([]) == set()


async def test_a_template_is_added_by_whoever_knows_all_others(stores: Stores) -> None:
    one, two = Template(id="t1", features=(1,)), Template(id="t2", features=(2,))
    added = await stores.frontier.add_template(one, 0)
    assert (added.version, added.others) == (1, None)
    refused = await stores.frontier.add_template(two, 0)
    assert (refused.version, refused.others) == (1, (one,))
    assert (await stores.frontier.add_template(two, refused.version)).others is None
    assert (await stores.frontier.templates(2)).others is None
    await stores.frontier.drop_template("t1")
    now = await stores.frontier.templates(2)
    assert (now.version, now.others) == (3, (two,))


async def test_nothing_is_made_of_nothing(stores: Stores) -> None:
    assert await stores.frontier.add([]) == 0
    assert await stores.frontier.record_links([]) == ()
    assert await stores.findings.add([]) == ()
    assert await stores.findings.all() == []
    assert (await stores.frontier.templates()).others == ()


KEPT = KeptPicture(name="pictures/x.webp", url="s3://b/pictures/x.webp", width=4, height=3, size=256)


async def test_a_picture_waits_once_and_as_long_as_there_is_room(stores: Stores) -> None:
    packed = bytes(range(256))
    images = stores.images_of(600)
    assert await images.put("f1", packed) is PutPicture.KEPT
    assert await images.put("f1", b"other") is PutPicture.KNOWN
    assert await images.put("f2", packed) is PutPicture.KEPT
    assert await images.put("f3", packed) is PutPicture.NO_ROOM
    assert await images.get("f1") == packed
    assert await images.get("f3") is None
    assert await images.pending() == {"f1", "f2"}
    assert await images.kept() == {}


async def test_what_is_uploaded_makes_room_and_is_not_taken_again(stores: Stores) -> None:
    packed = bytes(256)
    images = stores.images_of(600)
    assert await images.put("f1", packed) is PutPicture.KEPT
    assert await images.put("f2", packed) is PutPicture.KEPT
    for _ in range(2):  # by two who did not know of each other
        await images.settle("f1", KEPT)
    assert await images.get("f1") is None
    assert await images.pending() == {"f2"}
    assert await images.kept() == {"f1": KEPT}
    assert await images.put("f3", packed) is PutPicture.KEPT
    assert await images.put("f1", packed) is PutPicture.KNOWN, "it has a picture"
    assert await images.put("f4", packed) is PutPicture.NO_ROOM, "only one made room"


async def test_what_is_let_go_of_makes_room_and_is_nowhere(stores: Stores) -> None:
    images = stores.images_of(300)
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    await images.settle("f1", None)
    assert await images.pending() == frozenset()
    assert await images.kept() == {}
    assert await images.put("f2", bytes(256)) is PutPicture.KEPT

"""What the browser gives of a bug: where it shows, and never what is private."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
import pytest_asyncio
from PIL import Image

from bughive_crds.crawl_session import ArtifactsSpec, BrowserSpec, Screenshots
from bughive_crds.model import Severity
from bughive_protocol.errors import InvalidSpec
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import PageEnd
from bughive_protocol.picture import Capture, page_subject
from bughive_worker.browser.capture import MAX_PLACES, capture
from bughive_worker.browser.window import HEIGHT, WIDTH, Presentation, Window

GREEN = "background: #00ff00; width: 300px; height: 100px"
CARD = f'<div id=card style="{GREEN}">4111 1111 1111 1111</div>'


@pytest_asyncio.fixture(loop_scope="module")
async def window(engine) -> AsyncIterator[Window]:
    window = Window(engine.host, Presentation())
    yield window
    await window.close()


def bug(selector: str | None = None) -> Finding:
    return Finding(
        fingerprint="f",
        kind="broken-link",
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        title="A bug",
        url="http://site.test/",
        selector=selector,
    )


def greens(jpeg: bytes) -> int:
    """How many pixels are as green as the private part."""
    with Image.open(BytesIO(jpeg)) as image:
        bands = image.convert("RGB").split()
    limits = ((0, 90), (180, 255), (0, 90))
    masks = [
        band.point(lambda v, a=a, b=b: 255 if a <= v <= b else 0) for band, (a, b) in zip(bands, limits, strict=True)
    ]
    red, green, blue = (set_of(mask) for mask in masks)
    return len(red & green & blue)


def set_of(mask: Image.Image) -> set[int]:
    return {index for index, value in enumerate(mask.tobytes()) if value}


async def pictured(window: Window, url: str, *mask: str, selector: str | None = None) -> Capture:
    async with window.tab() as tab:
        await tab.page.goto(url)
        return await capture(tab.page, bug(selector), mask)


async def test_what_is_masked_is_black_in_the_capture_itself(window, hostile):
    hostile.site.page("/card", f"<h1>Pay</h1>{CARD}<p>Thank you")
    shown = await pictured(window, f"{hostile.url}/card")
    assert greens(shown.jpeg) > 20_000, "the test sees what it looks for"
    assert greens((await pictured(window, f"{hostile.url}/card", "#none", "#card")).jpeg) == 0


MOVING = "#card { animation: go 0.7s linear infinite alternate } @keyframes go { to { margin-left: 900px } }"
SHADOW = f"document.querySelector('x-card').attachShadow({{mode: 'open'}}).innerHTML = '{CARD}'"


@pytest.mark.parametrize(
    ("body", "selector"),
    [
        (f"<iframe srcdoc='{CARD}' width=400 height=200></iframe>", "iframe"),
        (f"<style>{MOVING}</style>{CARD}", "#card"),
        (f"<x-card></x-card><script>{SHADOW}</script>", "#card"),
        (f"{CARD}{CARD.replace('id=card', 'class=card')}", "#card, .card"),
    ],
    ids=["in an iframe", "moving", "in a shadow root", "several"],
)
async def test_it_is_black_wherever_it_is(window, hostile, body, selector):
    hostile.site.page("/private", body)
    assert greens((await pictured(window, f"{hostile.url}/private")).jpeg) > 0
    assert greens((await pictured(window, f"{hostile.url}/private", selector)).jpeg) == 0


async def test_a_crawl_masks_its_pictures(a_crawl, hostile):
    hostile.site.page("/card", f"{CARD}<img src=/missing.png alt=Mug width=50 height=50>")
    crawl = a_crawl("/card", max_depth=0)
    crawl.spec = crawl.spec.model_copy(update={"browser": BrowserSpec(headers={}, mask=("#card",))})
    await crawl.run()
    captures = [Capture.unpack(packed) for packed in crawl.memory.images.values()]
    assert captures
    assert any(each.places for each in captures)
    assert [greens(each.jpeg) for each in captures] == [0] * len(captures)


async def test_each_page_that_loads_gets_a_picture_of_what_a_visitor_first_sees(a_crawl, hostile):
    long = f"{CARD}<h1>Shop</h1><div style='height: 3000px'></div><img src=/missing.png alt=Mug width=50 height=50>"
    links = "<a href=/plain>Plain</a> <a href=/download>File</a> <a href=/redirect-inside>Elsewhere</a>"
    hostile.site.page("/shop", long + links)
    hostile.site.page("/plain", "<!doctype html><title>Plain</title><h1>Plain</h1>")
    crawl = a_crawl("/shop", max_depth=1)
    crawl.spec = crawl.spec.model_copy(update={"artifacts": ArtifactsSpec(screenshots=Screenshots.ALL)})
    await crawl.run()

    ends = {page.url: page.end for page in crawl.memory.results.values()}
    assert {PageEnd.LOADED, PageEnd.REDIRECTED_AWAY} <= set(ends.values())
    loaded = {page_subject(url): url for url, end in ends.items() if end is PageEnd.LOADED}
    pages = {subject: packed for subject, packed in crawl.memory.images.items() if subject.startswith("page-")}
    assert pages.keys() == loaded.keys()
    assert set(crawl.memory.images) - pages.keys(), "bugs have pictures of their own"
    shop = Capture.unpack(pages[page_subject(f"{hostile.url}/shop")])
    assert shop.places == ()
    assert greens(shop.jpeg) > 20_000, "it is the page's top"
    with Image.open(BytesIO(shop.jpeg)) as image:
        assert image.size == (WIDTH, HEIGHT)


HTML = "Content-Type: text/html\r\n"


@pytest.mark.parametrize(
    "later",
    [(302, b"", "Location: /elsewhere\r\n"), (429, CARD.encode(), HTML), (500, CARD.encode(), HTML)],
    ids=["sent elsewhere", "left alone", "failing"],
)
async def test_what_a_second_look_shows_instead_is_in_no_picture(a_crawl, hostile, later):
    missing = "<img src=/missing.png alt=Mug width=50 height=50>"
    hostile.site.page("/elsewhere", CARD)
    hostile.site.page("/fickle", f"<h1>Shop</h1><script src=/recovers-asset.js></script>{missing}")
    hostile.site.later["/fickle"] = later
    crawl = a_crawl("/fickle", max_depth=0)
    crawl.spec = crawl.spec.model_copy(update={"artifacts": ArtifactsSpec(screenshots=Screenshots.ALL)})
    await crawl.run()
    assert hostile.site.hits["/fickle"] == 2
    assert "broken-image" in crawl.kinds()
    assert page_subject(f"{hostile.url}/fickle") in crawl.memory.images, "it was seen at first"
    assert [greens(Capture.unpack(packed).jpeg) for packed in crawl.memory.images.values()] == [0]


async def test_a_page_that_was_well_at_the_second_look_is_pictured_so(a_crawl, hostile):
    hostile.site.page("/soon", CARD)
    hostile.site.recovers["/soon"] = 1
    crawl = a_crawl("/soon", max_depth=0)
    crawl.spec = crawl.spec.model_copy(update={"artifacts": ArtifactsSpec(screenshots=Screenshots.ALL)})
    await crawl.run()
    assert greens(Capture.unpack(crawl.memory.images[page_subject(f"{hostile.url}/soon")]).jpeg) > 20_000


async def test_what_is_masked_is_black_in_pictures_of_pages_too(a_crawl, hostile):
    hostile.site.page("/card", f"<!doctype html><title>Card</title><h1>Card</h1>{CARD}")
    crawl = a_crawl("/card", max_depth=0)
    fields = {
        "browser": BrowserSpec(headers={}, mask=("#card",)),
        "artifacts": ArtifactsSpec(screenshots=Screenshots.ALL),
    }
    crawl.spec = crawl.spec.model_copy(update=fields)
    await crawl.run()
    capture_of_page = Capture.unpack(crawl.memory.images[page_subject(f"{hostile.url}/card")])
    assert greens(capture_of_page.jpeg) == 0


async def test_a_selector_that_is_none_ends_the_crawl_before_anything_is_pictured(a_crawl, hostile):
    crawl = a_crawl("/throws", max_depth=0)
    crawl.spec = crawl.spec.model_copy(update={"browser": BrowserSpec(headers={}, mask=("#card", "no css ]["))})
    with pytest.raises(InvalidSpec, match=r"browser\.mask: 'no css \]\[' is no CSS selector"):
        await crawl.run()
    assert crawl.memory.images == {}
    assert "/throws" not in hostile.site.hits


async def test_each_element_that_shows_the_bug_is_a_place(window, hostile):
    twin = "<p class=twin style='margin: 0; width: 100px; height: 40px'>Twin</p>"
    hidden = "<p class=twin hidden>Twin</p>"
    hostile.site.page("/twins", hidden + twin * 2 + "<div style='height: 3000px'></div>" + twin)
    seen = await pictured(window, f"{hostile.url}/twins", selector=".twin")
    assert [(place.width, place.height) for place in seen.places] == [(100, 40)] * 2
    with Image.open(BytesIO(seen.jpeg)) as image:
        assert image.size == (WIDTH, HEIGHT)

    hostile.site.page("/many", twin * 50)
    assert len((await pictured(window, f"{hostile.url}/many", selector=".twin")).places) == MAX_PLACES


async def test_a_page_that_lies_of_its_elements_gets_a_picture_all_the_same(window, hostile):
    lies = (
        "document.querySelectorAll = () => ({length: 3, 0: {}}); Element.prototype.scrollIntoView = () => { throw 0 }"
    )
    hostile.site.page("/lies", f"<script>{lies}</script><p class=twin>Twin</p>")
    seen = await pictured(window, f"{hostile.url}/lies", selector=".twin")
    assert seen.places == ()
    assert seen.jpeg.startswith(b"\xff\xd8")

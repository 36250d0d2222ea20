"""What the collector says of pages in a real browser."""

# ruff: noqa: E501 - a small page on one line reads better than on five

import pytest

from bughive_worker.collect.collect import collect, mark_rejections
from bughive_worker.observation import ScriptError

pytestmark = pytest.mark.asyncio(loop_scope="package")

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="


async def facts(page):
    return (await collect(page)).dom


async def test_a_page_is_described_by_its_head(show):
    head = (
        '<title>Mugs</title><meta name="Description" content=" All our mugs. "><link rel="canonical" href="/mugs">'
        '<meta http-equiv="Content-Security-Policy" content="img-src *">'
    )
    page = await show("<h1>Mugs</h1>", head=head)
    dom = await facts(page)
    assert (dom.title, dom.lang, dom.description) == ("Mugs", "en", "All our mugs.")
    assert dom.canonical == f"{page.url}mugs"
    assert dom.content_security_policy == "img-src *"


async def test_links_are_absolute_once_each_and_know_shared_chrome(show):
    page = await show(
        '<header><a href="/a">A</a></header><main><a href="b?x=1#y"> B <b>c</b></a><a href="/a">again</a>'
        '<a href="mailto:a@b.example">mail</a><a href="javascript:void 0">no</a><a name="here">no</a>'
        '<article><header><a href="/c" rel="nofollow">C</a></header></article></main>'
    )
    links = (await facts(page)).links
    assert [(link.url.removeprefix(page.url), link.text, link.rel, link.in_chrome) for link in links] == [
        ("a", "A", "", True),
        ("b?x=1#y", "B c", "", False),
        ("c", "C", "nofollow", False),
    ]


async def test_selectors_lead_back_to_their_element(show):
    cards = "".join(f'<div class="card is-open col-6"><a href="/{number}">x</a></div>' for number in range(3))
    page = await show(f'<main><section id="list">{cards}</section><p id="x1"><a href="/p">y</a></p></main>')
    for link in (await facts(page)).links:
        found = await page.eval_on_selector_all(link.selector, "all => all.map(one => one.href)")
        assert found == [link.url]
    assert (await facts(page)).links[1].selector == "section#list > div.card:nth-of-type(2) > a"


async def test_only_visible_text_counts_and_only_visible_things(show):
    hidden = (
        "<script>var text</script><style>p {}</style><noscript>no</noscript><template>no</template>"
        '<p style="display:none">no</p><p style="visibility:hidden">no</p><p style="opacity:0">no</p>'
    )
    dom = await facts(await show(hidden))
    assert (dom.text_length, dom.media_count) == (0, 0)
    dom = await facts(await show(f'{hidden}<p>yes</p><canvas></canvas><img src="{PIXEL}" width="20" height="20">'))
    assert (dom.text_length, dom.media_count) == (3, 2)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("<header>Shop</header><main></main><footer>2026</footer>", False),
        ('<a href="#top">Skip</a><nav>Tea</nav><main><div hidden>Later</div></main>', False),
        ("<header><input></header><main></main>", False),
        ("<header>Shop</header><main><p>Tea</p></main>", True),
        ("<header>Shop</header><main><canvas></canvas></main>", True),
        ("<header><h1>One page, all header</h1></header><main></main>", True),
        ("<header>Shop</header><div>Content outside of main</div>", True),
    ],
)
async def test_a_page_has_content_beside_what_all_pages_share(show, body, content):
    assert (await facts(await show(body))).content is content


async def test_icons_and_manifests_are_gathered(show):
    rels = ("icon", "shortcut icon", "apple-touch-icon", "mask-icon", "manifest", "canonical", "stylesheet", "preload")
    head = "".join(f'<link rel="{rel}" href="/{rel.replace(" ", "-")}">' for rel in rels)
    page = await show("<h1>Mugs</h1>", head=head + '<link rel="icon" href="data:,">')
    icons = (await facts(page)).icons
    assert [icon.url.removeprefix(page.url) for icon in icons] == [
        "icon",
        "shortcut-icon",
        "apple-touch-icon",
        "mask-icon",
        "manifest",
    ]
    assert icons[2].selector == 'link[rel="apple-touch-icon"]'


async def test_placeholders_are_gathered_in_their_context_and_not_from_code(show):
    dom = await facts(
        await show(
            "<p>Price: <span>$</span><b>undefined</b></p><p>This is <em>undefined</em> behaviour.</p>"
            "<pre>undefined</pre><p><code>null</code> is a value</p><textarea>{{ x }}</textarea>"
            '<p style="display:none">NaN</p><input placeholder="Hello {{ name }}"><div>all <b>fine</b></div>'
        )
    )
    assert [fact.text for fact in dom.suspicious_texts] == [
        "Price: $undefined",
        "This is undefined behaviour.",
        "Hello {{ name }}",
    ]
    assert dom.code_blocks == 2


async def test_of_a_long_text_the_part_around_the_candidate_is_kept(show):
    (fact,) = (await facts(await show(f"<p>{'word ' * 200}[object Object]{' word' * 200}</p>"))).suspicious_texts
    assert "[object Object]" in fact.text
    assert len(fact.text) <= 300


async def test_garbled_text_is_gathered(show):
    dom = await facts(await show("<p>cafÃ©</p><p>café</p><p>donâ€™t</p>"))
    assert [fact.text for fact in dom.garbled_texts] == ["cafÃ©", "donâ€™t"]


async def test_duplicate_ids_are_told_with_those_that_are_referred_to(show):
    dom = await facts(
        await show(
            '<label for="a">A</label><input id="a"><input id="a"><p id="b"></p><p id="b"></p><p id="b"></p><p id="c"></p>'
            '<svg><g id="d"/></svg><svg><g id="d"/></svg>'
        )
    )
    assert [fact.text for fact in dom.duplicate_ids] == ["a", "b"]
    assert dom.referenced_ids == ("a",)


async def test_images_say_whether_they_show(show):
    page = await show(
        '<img src="/gone.png" alt="" width="50" height="50"><img src="/late.png" loading="lazy" style="margin-top:9000px"><img>'
    )
    gone, late = (await facts(page)).images
    assert (gone.complete, gone.natural_width, gone.alt, gone.box.width) == (True, 0, "", 50)
    assert late.complete is False


async def test_the_network_is_told_with_types_and_statuses(show):
    page = await show(
        '<script src="/app.js"></script><link rel="stylesheet" href="/gone.css"><img src="/gone.png">'
        "<script>fetch('/api')</script>",
        app_js="1",
    )
    await page.wait_for_load_state("networkidle")
    network = (await collect(page)).network
    assert {(entry.url.removeprefix(page.url), entry.resource_type, entry.status) for entry in network} >= {
        ("app.js", "script", 200),
        ("gone.css", "stylesheet", 404),
        ("gone.png", "image", 404),
        ("api", "fetch", 404),
    }


async def test_timings_tell_paint_shift_and_blocking(show):
    # The long task has a task of its own: Chromium does not report one that began with the navigation's commit.
    page = await show(
        "<h1>Hello</h1><p id=p>text</p><script>function block() {"
        "  const end = performance.now() + 120; while (performance.now() < end);"
        "  setTimeout(() => { p.style.marginTop = '400px'; document.title = 'moved' }, 50)"
        "}"
        "requestAnimationFrame(() => setTimeout(block))</script>"
    )
    await page.wait_for_function("document.title === 'moved'")
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    timings = (await collect(page)).timings
    assert timings.lcp > 0
    assert timings.cls > 0
    assert timings.long_tasks > 50
    assert timings.ttfb <= timings.load


async def test_rejections_are_told_from_exceptions(show):
    page = await show(
        "<script>Promise.reject(new Error('no stock')); Promise.reject({}); setTimeout(() => { throw Error('x') })</script>"
    )
    errors = []
    page.on("pageerror", lambda error: errors.append(ScriptError(error.message, error.stack or "")))
    await page.reload()
    await page.wait_for_function("() => window[Symbol.for('bughive')].rejections.length === 2")
    collected = await collect(page)
    marked = {error.message: error.rejection for error in mark_rejections(errors, collected.rejections)}
    assert marked == {"no stock": True, "Object": True, "x": False}


async def test_a_page_that_bends_json_is_read_all_the_same(show):
    page = await show(
        "<a href='/a'>A</a><script>Array.prototype.toJSON = () => 'bent'; String.prototype.toJSON = () => 'bent'</script>"
    )
    (link,) = (await facts(page)).links
    assert link.text == "A"
    assert await page.evaluate("() => JSON.stringify([1])") == '"bent"'


async def test_fields_that_are_named_like_properties_do_not_confuse_it(show):
    page = await show(
        '<img name="title" src="/x.png"><form id="f" name="links"><input name="id"><input name="children"><a href="/a">A</a></form>'
        '<form name="images" id="f"><input name="parentNode"></form>'
    )
    dom = await facts(page)
    assert (dom.title, len(dom.links), len(dom.images)) == ("A page", 1, 1)
    assert [fact.text for fact in dom.duplicate_ids] == ["f"]


async def test_a_huge_page_yields_bounded_facts(show):
    page = await show("<main></main>")
    await page.evaluate(
        """() => document.querySelector('main').innerHTML =
        Array.from({length: 30000}, (_, i) => `<p><a href="/${i}">undefined</a><img src="/${i}.png" loading="lazy"></p>`).join('')"""
    )
    dom = await facts(page)
    assert dom.element_count > 90_000
    assert (len(dom.links), len(dom.images), len(dom.suspicious_texts)) == (3000, 500, 40)


async def test_the_page_itself_sees_nothing_of_the_collector(show):
    page = await show("<p>x</p>")
    before = await page.evaluate("() => [Object.keys(window), document.documentElement.outerHTML]")
    await collect(page)
    assert await page.evaluate("() => [Object.keys(window), document.documentElement.outerHTML]") == before

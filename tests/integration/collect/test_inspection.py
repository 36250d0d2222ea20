"""What the full inspection of a page finds in a real browser: axe-core's verdicts, and the layout at three widths."""

# ruff: noqa: E501 - a small page on one line reads better than on five

import pytest

from bughive_worker.collect.inspect import audit, inspect, measure
from bughive_worker.detectors.accessibility_rules import RULES

pytestmark = pytest.mark.asyncio(loop_scope="package")

LONG_WORD = "abcdefghij" * 60
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="
CELLS = "".join(f"<td>column{number}</td>" for number in range(15))


async def layout(page):
    return {sample.width: sample for sample in await measure(page)}


@pytest.mark.parametrize(
    ("body", "widths", "culprit"),
    [
        pytest.param('<main><div class="wide" style="width:600px"><p>a</p><p>b</p></div></main>', [320], "body > main > div.wide", id="fixed width"),
        pytest.param(f"<main><p>a</p><p>{LONG_WORD}</p></main>", [320, 768, 1366], "body > main > p:nth-of-type(2)", id="long word"),
        pytest.param(f'<main style="display:flex"><div class="col"><pre class="code">{LONG_WORD}</pre><p>x</p></div></main>', [320, 768, 1366], "body > main > div.col > pre.code", id="a child pushes a column"),
        pytest.param(f"<main><table><tr>{CELLS}</tr></table></main>", [320, 768], "body > main > table", id="table"),
        pytest.param('<main style="position:relative"><b class="badge" style="position:absolute;right:-60px">Sale!!!</b></main>', [320, 768, 1366], "body > main > b.badge", id="placed outside"),
        pytest.param("<style>body{min-width:700px}</style><main><p>x</p></main>", [320], "body", id="body with a least width"),
        pytest.param('<header><ul class="menu-bar" style="width:500px"><li>a</ul></header>', [320], "body > header > ul.menu-bar", id="in the header"),
    ],
)  # fmt: skip
async def test_the_element_that_makes_the_page_scroll_sideways_is_named(show, body, widths, culprit):
    samples = await layout(await show(body))
    assert {width: [element.selector for element in sample.overflowing] for width, sample in samples.items()} == {
        width: [culprit] if width in widths else [] for width in (320, 768, 1366)
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f'<div style="overflow-x:auto"><table><tr>{CELLS}</tr></table></div>', id="box that scrolls"),
        pytest.param('<nav style="position:fixed;right:-200px;width:200px">menu</nav><p>x</p>', id="menu off the page"),
        pytest.param('<style>body{overflow-x:hidden}</style><nav style="position:absolute;left:100%">menu</nav>', id="hidden by the page"),
        pytest.param('<div style="overflow:hidden"><div style="width:3000px;height:9px"></div></div>', id="carousel"),
        pytest.param('<img src="/x.png" style="max-width:100%" width="900" height="20" alt="x">', id="image that shrinks"),
    ],
)  # fmt: skip
async def test_this_does_not_make_the_page_scroll_sideways(show, body):
    samples = await layout(await show(f"<main>{body}</main>"))
    assert [sample.overflowing for sample in samples.values()] == [(), (), ()]


@pytest.mark.parametrize(
    ("body", "opaque"),
    [
        pytest.param('<p style="margin:0">The price of it is 20</p><p style="margin:-17px 0 0">Add it to the cart</p>', False, id="negative margin"),
        pytest.param(f'<div style="height:20px"><p style="margin:0">{"many words " * 200}</p></div><p>The next one</p>', False, id="fixed height"),
        pytest.param('<div style="position:relative"><h2 style="margin:0">A product</h2><i style="position:absolute;left:9px;top:5px">new and shiny</i></div>', False, id="placed over a heading"),
        pytest.param('<p style="margin:0;width:200px">Words about it</p><button style="display:block;margin-top:-18px">Buy it now</button>', True, id="button over text"),
    ],
)  # fmt: skip
async def test_texts_and_controls_over_each_other_are_found(show, body, opaque):
    sample = (await layout(await show(f"<main>{body}</main>")))[320]
    assert len(sample.overlaps) == 1
    assert any(element.opaque for element in sample.overlaps[0]) is opaque


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f'<div style="position:relative"><img src="{DOT}" width="200" height="90" alt="x"><b style="position:absolute;top:0;left:0">Sale</b></div>', id="badge on a picture"),
        pytest.param('<div style="position:relative"><label for="n" style="position:absolute;top:2px;left:4px">Name</label><input id="n"></div>', id="floating label"),
        pytest.param('<div style="position:relative;width:200px"><input aria-label="q" style="width:200px"><button style="position:absolute;right:0;top:0">Go</button></div>', id="button in a field"),
        pytest.param('<div style="position:relative;height:40px"><p style="position:absolute;margin:0">one slide</p><p style="position:absolute;margin:0">two slide</p></div>', id="stacked slides"),
        pytest.param('<p style="position:sticky;top:0;margin:0">Sticky header</p><p style="margin:-18px 0 0">Text below</p>', id="sticky"),
        pytest.param('<p style="margin:0">Seen by all</p><p style="margin:-18px 0 0;opacity:0">Seen by none</p>', id="transparent"),
        pytest.param('<p style="margin:0">Seen by all</p><p aria-hidden="true" style="margin:-18px 0 0">ornament words</p>', id="aria-hidden"),
        pytest.param('<p>Seen <span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">heard</span> by all</p>', id="visually hidden"),
        pytest.param('<h1 style="line-height:.8;width:150px">A heading <span>with tight lines</span></h1>', id="tight lines"),
        pytest.param('<p style="margin:0">Seen by all</p><dialog open style="margin-top:-18px">Do you agree?</dialog>', id="dialog"),
        pytest.param('<div style="height:20px;overflow:hidden"><p style="margin:0">One line<br>a hidden line</p></div><p style="margin:0">The next one</p>', id="cut away"),
        pytest.param("<details><summary>More</summary><p>hidden text</p></details><p>x<sup>2</sup>H<sub>2</sub>O</p>", id="ordinary text"),
    ],
)  # fmt: skip
async def test_this_overlap_is_meant_or_none(show, body):
    samples = await layout(await show(f"<main>{body}</main>"))
    assert [sample.overlaps for sample in samples.values()] == [(), (), ()]


HEARD_ONLY = {
    "clip": "position:absolute;width:1px;height:1px;clip:rect(0 0 0 0);white-space:nowrap",
    "clip without a size": "position:absolute;clip:rect(1px,1px,1px,1px)",
    "clip-path": "position:absolute;clip-path:inset(50%);white-space:nowrap",
    "a box of one pixel": "width:1px;height:1px;overflow:hidden;white-space:nowrap;position:absolute",
    "a box of no height": "height:0;overflow:hidden",
    "far to the left": "position:absolute;left:-9999px",
    "far above": "position:absolute;top:-9999px",
    "indented away": "text-indent:-9999px;overflow:hidden",
    "indented by its width": "text-indent:100%;white-space:nowrap;overflow:hidden",
    "type of no size": "font-size:0",
}


@pytest.mark.parametrize("style", [pytest.param(style, id=name) for name, style in HEARD_ONLY.items()])
async def test_what_only_screen_readers_get_covers_nothing(show, style):
    heading = f'<h2 style="{style};margin:0"><span>Products</span> of ours</h2>'
    page = await show(
        f'<main style="position:relative">{heading}<p style="margin:-24px 0 0">Seven products are here</p></main>'
    )
    for sample in (await layout(page)).values():
        assert (sample.overlaps, sample.clipped, sample.overflowing) == ((), (), ())


async def test_a_heading_that_is_seen_is_covered(show):
    page = await show(
        '<main><h2 style="margin:0">Products</h2><p style="margin:-24px 0 0">Seven products are here</p></main>'
    )
    assert len((await layout(page))[320].overlaps) == 1


async def test_lines_that_their_own_box_hides_cover_nothing(show):
    page = await show(
        f"<main><p {TWO_LINES}>So many words that most of them are hidden below</p><p style='margin:0'>The next words</p></main>"
    )
    assert [sample.overlaps for sample in (await layout(page)).values()] == [(), (), ()]


async def test_one_box_that_cuts_many_lines_is_one_fact(show):
    lines = "".join(f"<dt>Day {day}</dt><dd>ten to six</dd>" for day in range(7))
    page = await show(
        f'<main><div class="hours" style="height:50px;overflow:hidden"><dl style="margin:0;line-height:20px">{lines}</dl></div></main>'
    )
    (fact,) = (await layout(page))[320].clipped
    assert fact.selector.endswith("div.hours")


TWO_LINES = 'style="height:40px;line-height:20px;overflow:hidden;width:90px;margin:0"'


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ('<div style="width:90px;overflow:hidden;white-space:nowrap">A long text that is cut off</div>', 1),
        ('<button style="width:60px;overflow:hidden;white-space:nowrap">Add everything to cart</button>', 1),
        ('<style>body{overflow-x:hidden}</style><p style="width:900px">A text that is wider than the phone is and so is cut off by the page</p>', 1),
        ('<div style="width:90px;overflow:hidden;white-space:nowrap;text-overflow:ellipsis">A long text, cut off</div>', 0),
        ('<div style="display:-webkit-box;-webkit-line-clamp:1;-webkit-box-orient:vertical;overflow:hidden;width:90px">A long text, cut</div>', 0),
        ('<div style="width:90px;overflow:auto;white-space:nowrap">A long text that scrolls</div>', 0),
        ('<span style="position:absolute;width:1px;height:1px;overflow:hidden">for screen readers only</span>', 0),
        ('<div class="carousel" style="width:90px;overflow:hidden;white-space:nowrap">A long text that glides</div>', 0),
        (f"<p {TWO_LINES}>Lines that end between two lines of text</p>", 1),
        (f"<p {TWO_LINES}>Two lines that fit</p>", 0),
        (f'<article><h2><a href="/post">A post</a></h2><p {TWO_LINES}>How it begins, as a teaser that ends anywhere</p></article>', 0),
        (f'<a href="/post"><p {TWO_LINES}>How it begins, as a teaser that ends anywhere</p></a>', 0),
        (f"<p {TWO_LINES}>How it begins, as a text that unfolds when asked</p><button>All of it</button>", 0),
        (f'<ul style="height:40px;line-height:20px;overflow:hidden;margin:0">{"<li>One line of a longer list</li>" * 4}</ul>', 0),
        ('<div style="height:50px;line-height:20px;overflow:hidden">' + "<p style='margin:0'>One line of a few</p>" * 4 + "</div>", 1),
    ],
)  # fmt: skip
async def test_text_is_cut_off_where_nothing_shows_that_there_is_more(show, body, count):
    assert len((await layout(await show(f"<main>{body}</main>")))[320].clipped) == count


async def test_the_window_and_the_page_are_as_before(show):
    page = await show('<main><div style="width:600px"><p style="color:red">a</p></div></main>')
    before = await page.evaluate("() => document.documentElement.outerHTML")
    await inspect(page)
    assert page.viewport_size == {"width": 1366, "height": 900}
    assert await page.evaluate("() => [innerWidth, document.documentElement.outerHTML]") == [1366, before]


async def test_axe_names_rule_element_and_place(show):
    page = await show(
        f'<header><img src="{DOT}" width="9" height="9"></header><main><h1>x</h1><select></select></main>'
    )
    violations = {violation.rule: violation for violation in await audit(page)}
    image, select = violations["image-alt"], violations["select-name"]
    assert (image.impact, image.selector, image.in_chrome, image.box.width) == (
        "critical",
        "body > header > img",
        True,
        9,
    )
    assert (select.selector, select.in_chrome) == ("body > main > select", False)
    assert select.help_url.startswith("https://")


async def test_axe_finds_nothing_on_a_sound_page(show):
    page = await show(
        f'<header><nav><a href="/">Home</a></nav></header><main><h1>Mugs</h1><img src="{DOT}" alt="A mug">'
        '<form><label>Name <input name="n"></label><button>Send</button></form></main>'
    )
    assert await audit(page) == ()


async def test_axe_runs_on_a_page_with_a_strict_policy_and_a_module_loader(show):
    page = await show(
        f'<main><h1>x</h1><img src="{DOT}"></main>',
        head='<meta http-equiv="Content-Security-Policy" content="script-src \'sha256-x\'; img-src data:"><title>t</title>',
    )
    await page.evaluate(
        "() => { window.define = () => { throw Error('taken') }; define.amd = {}; window.module = {exports: {}} }"
    )
    assert "image-alt" in {violation.rule for violation in await audit(page)}
    assert await page.evaluate("() => JSON.stringify(module)") == '{"exports":{}}'


async def test_of_a_huge_page_axe_looks_at_the_first_of_each_row_and_puts_the_rest_back(show):
    page = await show("<main><h1>x</h1><ul></ul></main>")
    await page.evaluate(
        "html => document.querySelector('ul').innerHTML = html.repeat(3000)", f'<li><img src="{DOT}"><p>text</p></li>'
    )
    before = await page.evaluate("() => document.documentElement.outerHTML")
    violations = await audit(page)
    assert len([one for one in violations if one.rule == "image-alt"]) == 12
    assert await page.evaluate("() => document.documentElement.outerHTML") == before


async def test_fields_that_are_named_like_properties_do_not_confuse_it(show):
    fields = '<input name="children"><input name="id">' + '<p class="row">x</p>' * 2000
    page = await show(f'<main><form style="width:600px">{fields}</form></main>')
    inspection = await inspect(page)
    assert [element.selector for element in inspection.layout[0].overflowing] == ["body > main > form"]
    assert "label" in {violation.rule for violation in inspection.accessibility}


async def test_every_rule_we_name_is_one_of_axes(show):
    page = await show("<main><h1>x</h1></main>")
    await audit(page)
    known = await page.evaluate("() => axe.getRules().map(rule => rule.ruleId)")
    assert set(RULES) <= set(known)

"""What the collector's cheap looks say of pages in a real browser."""

# ruff: noqa: E501 - a small page on one line reads better than on five

import pytest

from bughive_worker.collect.collect import collect

pytestmark = pytest.mark.asyncio(loop_scope="package")

PLAIN = "<main><h1>Tea</h1><p>Words that wrap wherever they have to.</p></main>"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="
WIDE_TABLE = f"<table><tr>{'<th>A heading that is long</th>' * 8}</tr></table>"


async def traits(page):
    return set((await collect(page)).dom.traits)


async def suspicions(page):
    return {trait for trait in await traits(page) if trait.startswith(("lacks-", "skips-", "wider-"))}


@pytest.mark.parametrize(
    ("body", "suspicion"),
    [
        ("<button><svg></svg></button>", "lacks-button-name"),
        ('<a href="/x"><i></i></a>', "lacks-link-name"),
        ('<input name="x">', "lacks-label"),
        ("<select><option>1</select>", "lacks-label"),
        (f'<img src="{PIXEL}">', "lacks-alt"),
        ("<iframe srcdoc=hello></iframe>", "lacks-frame-title"),
        ("<table><tr><td>1<tr><td>2</table>", "lacks-header-cells"),
        ('<div aria-labeled="x">x</div>', "lacks-valid-aria"),
        ("<h2>A</h2><h4>B</h4>", "skips-heading-level"),
        ('<div style="width:400px">x</div>', "wider-than-320"),
        ('<p style="white-space:nowrap">A line that does not wrap at all and is longer than a phone</p>', "wider-than-320"),
        (f"<p>{'unbreakable' * 8}</p>", "wider-than-480"),
        ("<style>td, th { white-space: nowrap }</style>" + WIDE_TABLE, "wider-than-768"),
    ],
)  # fmt: skip
async def test_what_is_suspicious_is_named(show, body, suspicion):
    assert suspicion in await suspicions(await show(f"<main>{body}</main>"))


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        "<button>Buy</button><button aria-label=Close><svg></svg></button><button><img src='' alt=Buy></button>",
        '<label>A <input></label><label for="b">B</label><input id="b"><input type="hidden"><input aria-label="c">',
        f'<img src="{PIXEL}" alt=""><iframe title="Map"></iframe><div aria-expanded="true">x</div>',
        "<h1>A</h1><h2>B</h2><h3>C</h3><h2>D</h2>",
        f'<div style="overflow-x:auto">{WIDE_TABLE}</div>',
        '<div style="width:400px;max-width:100%">x</div>',
    ],
)
async def test_an_ordinary_page_raises_no_suspicion(show, body):
    assert await suspicions(await show(f"<main>{body}</main>")) == set()


async def test_a_page_that_does_not_say_its_language_is_told_from_one_that_does(show):
    page = await show(PLAIN)
    assert "lacks-lang" not in await traits(page)
    await page.evaluate("document.documentElement.removeAttribute('lang')")
    assert "lacks-lang" in await traits(page)


async def test_what_a_page_has_is_named(show):
    has = await traits(await show('<main><table></table><div role="tablist"></div><input type="date"></main>'))
    assert {"has-table", "role-tablist", "input-date"} <= has


async def test_looking_leaves_the_page_as_it_was(show):
    watch = """() => {
      window.seen = 0;
      document.adoptedStyleSheets = [new CSSStyleSheet()];
      new MutationObserver(() => window.seen++).observe(document, { attributes: true, childList: true, subtree: true });
      new ResizeObserver(() => window.seen++).observe(document.body);
      addEventListener('resize', () => window.seen++);
      return new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => { window.seen = 0; resolve(); })));
    }"""
    state = """() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve([window.seen,
      document.adoptedStyleSheets.length, document.body.getBoundingClientRect().width, document.documentElement.outerHTML]))))"""
    page = await show(PLAIN + WIDE_TABLE)
    await page.evaluate(watch)
    before = await page.evaluate(state)
    await collect(page)
    assert await page.evaluate(state) == before
    assert before[:2] == [0, 1]


async def test_pages_that_bend_the_language_are_read_all_the_same(show):
    bends = """
      Element.prototype.closest = () => { throw new Error('bent') };
      Element.prototype.matches = function () { return true };
      Element.prototype.getAttribute = null;
      Document.prototype.querySelectorAll = () => [];
      Node.prototype.contains = undefined;
      Array.prototype.map = Array.prototype.filter = function () { return 'bent' };
      Array.from = Array.isArray = () => 7;
      String.prototype.trim = function () { return 5 };
      JSON.stringify = () => '{}';
      Map.prototype.get = Set.prototype.has = () => 'bent';
      window.mine = [Element.prototype.closest, Array.prototype.map, JSON.stringify];
    """
    page = await show(f"<main><h1>Tea</h1><a href=/x>A link</a></main><script>{bends}</script>")
    dom = (await collect(page)).dom
    assert [link.text for link in dom.links] == ["A link"]
    assert dom.text_length == len("TeaA link")
    kept = "mine[0] === Element.prototype.closest && mine[1] === Array.prototype.map && mine[2] === JSON.stringify"
    assert await page.evaluate(f"() => {kept}")

"""What a reader gets from a page in a real browser."""

import pytest

from bughive_worker.collect.reading import Control, read_page

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_texts_are_read_block_by_block_as_they_are_seen(show):
    page = await show(
        "<main><h1>Your  cart</h1><p>Total: <b>$2</b>5.00</p><p hidden>secret</p><p style='opacity:0'>obey</p>"
        "<div>outer<p>inner</p></div><script>var x = 1</script><textarea>mine</textarea></main>"
    )
    reading = await read_page(page)
    assert [block.text for block in reading.texts] == ["Your cart", "Total: $25.00", "outer", "inner"]
    for block in reading.texts:
        assert await page.locator(block.selector).count() == 1


async def test_controls_are_named_as_people_call_them_and_tell_nothing_of_what_stands_in_fields(show):
    page = await show(
        "<nav><a href='/help?a=1'>Help</a></nav><main><label>Card <input id=card value=4111></label>"
        "<input type=password value=hush aria-label=Password><select><option>DE</select>"
        "<form method=post><button>Pay</button><button type=button>More</button></form>"
        "<form><input type=submit value=Search></form><a href='mailto:a@b.example'>Mail</a>"
        "<button hidden>No</button></main>"
    )
    controls = (await read_page(page)).controls
    assert [(one.role, one.name, one.posts) for one in controls] == [
        ("link", "Help", False),
        ("field", "Card", False),
        ("field", "Password", False),
        ("choice", "", False),
        ("button", "Pay", True),
        ("button", "More", False),
        ("button", "Search", False),
        ("link", "Mail", False),
    ]
    assert controls[0].url == f"{page.url}help?a=1"
    assert controls[0].in_chrome
    assert controls[-1].url == ""
    assert "4111" not in str(controls)
    assert "hush" not in str(controls)
    assert all(isinstance(one, Control) for one in controls)


async def test_a_page_without_end_is_cut(show):
    page = await show("<main></main>")
    await page.evaluate(
        "() => { for (let i = 0; i < 3000; i++) {"
        " document.querySelector('main').append("
        " Object.assign(document.createElement('p'), { textContent: 'word '.repeat(50) }),"
        " Object.assign(document.createElement('button'), { textContent: 'b'.repeat(500) })); } }"
    )
    reading = await read_page(page)
    assert sum(len(block.text) for block in reading.texts) <= 20_000
    assert len(reading.texts) <= 400
    assert len(reading.controls) == 120
    assert max(len(one.name) for one in reading.controls) == 120

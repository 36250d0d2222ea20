"""Whether pages that one template made are told from others, by the features a real browser gives."""

# ruff: noqa: E501 - a small page on one line reads better than on five

import pytest

from bughive_worker.collect.collect import collect
from bughive_worker.templates import match, new_template

pytestmark = pytest.mark.asyncio(loop_scope="package")

HEADER = '<header class="top"><a class="logo" href="/">S</a><nav><ul><li><a href="/a">a</a></ul></nav></header>'
CARD = '<article class="card"><a href="/p"><img alt="x"></a><h3>A mug</h3><p class="price">$1</p></article>'
RELATED = f'<section class="related"><h2>More</h2><div class="grid">{CARD}</div></section>'
CRUMBS = '<nav class="breadcrumb"><ol><li><a href="/">Home</a></ol></nav>'


def page(main, frame=HEADER):
    return f'{frame}<main>{main}</main><footer class="bottom"><p>Us</p></footer>'


def product(reviews=3, *, sale="", related=RELATED, number=17, frame=HEADER):
    rows = '<article class="review"><div class="review-head"><b>Ann</b></div><p>Good.</p></article>' * reviews
    rows = rows or '<p class="empty">No reviews yet</p>'
    return page(
        f'{CRUMBS}<div class="product" id="product-{number}"><div class="gallery"><img alt="x"><div class="thumbs"></div></div>'
        f'<div class="info p-{number}"><h1>Mug {number}</h1>{sale}<p class="price">$1</p>'
        '<form class="add"><input type="number"><button>Add</button></form></div></div>'
        f'<section class="reviews"><h2>Reviews</h2>{rows}</section>{related}',
        frame,
    )


def category(cards):
    return page(
        f'{CRUMBS}<h1>Mugs</h1><div class="filters"><form><select></select></form></div><div class="grid">{CARD * cards}</div>'
    )


def post(body):
    return page(
        f'<article class="post"><header><h1>A post</h1></header><div class="body"><p>a</p><p>b</p>{body}</div></article>'
    )


def form(name, fields):
    inputs = "".join(f'<div class="field"><label>x</label><input type="{kind}"></div>' for kind in fields)
    return page(f'<h1>x</h1><form class="{name}-form">{inputs}<button>Send</button></form>')


async def features(show, body):
    return (await collect(await show(body))).dom.features


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(product(3), product(20), id="3 and 20 reviews"),
        pytest.param(product(3), product(0), id="no reviews"),
        pytest.param(product(3), product(3, sale='<div class="sale">Sale</div>', number=18), id="a badge and other ids"),
        pytest.param(product(3), product(3, related=""), id="nothing related"),
        pytest.param(product(3), product(3, frame='<header><div class="promo"><p>New!</p></div></header>'), id="another header"),
        pytest.param(category(2), category(40), id="2 and 40 cards"),
        pytest.param(post(""), post("<h2>c</h2><ul><li>d</ul><blockquote><p>e</p></blockquote><figure></figure>"), id="rich text"),
        pytest.param(product(3), product(3) + '<dialog open class="consent"><form><button>Yes</button></form></dialog>', id="a consent banner"),
    ],
)  # fmt: skip
async def test_these_pages_are_of_one_template(show, one, other):
    first = new_template(await features(show, one))
    assert match(await features(show, other), [first]) == first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(product(), category(9), id="product and category"),
        pytest.param(category(9), post(""), id="category and post"),
        pytest.param(form("login", ["email", "password"]), form("contact", ["text", "email"]), id="two forms"),
        pytest.param(product(), form("checkout", ["text"]), id="product and checkout"),
        pytest.param(page("<h1>Terms</h1><p>a</p><p>b</p>"), page("<h1>Sizes</h1><p>a</p><p>b</p><table><tr><td>c</table><pre>d</pre>"), id="text with a table"),
    ],
)  # fmt: skip
async def test_these_pages_are_of_two_templates(show, one, other):
    first = new_template(await features(show, one))
    assert match(await features(show, other), [first]) is None

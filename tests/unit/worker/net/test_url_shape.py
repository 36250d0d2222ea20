import pytest

from bughive_worker.net.url_shape import Variation, shape_of


@pytest.mark.parametrize(
    ("path", "shape", "variation"),
    [
        ("/", "/", Variation.NOTHING),
        ("/about/team", "/about/team", Variation.NOTHING),
        ("/product/17", "/product/{n}", Variation.NUMBERS),
        ("/product-17", "/product-{n}", Variation.NUMBERS),
        ("/p/17/reviews", "/p/{n}/reviews", Variation.PAGES),
        ("/blog/page/2", "/blog/page/{n}", Variation.PAGES),
        ("/blog/page-2", "/blog/page-{n}", Variation.PAGES),
        ("/2026/05", "/{date}/{date}", Variation.DATES),
        ("/calendar/2026/5/12", "/calendar/{date}/{date}/{date}", Variation.DATES),
        ("/calendar/2026-05", "/calendar/{date}", Variation.DATES),
        ("/2026/05/a-good-day", "/{date}/{date}/a-good-day", Variation.NOTHING),
        ("/2026/05/top-10", "/{date}/{date}/top-{n}", Variation.NUMBERS),
        ("/x/deadbeef01", "/x/{id}", Variation.TOKENS),
        ("/x/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/x/{id}", Variation.TOKENS),
        ("/x/a8Kd02LmQ9xZ77pQwErT", "/x/{id}", Variation.TOKENS),
        ("/x/defaced", "/x/defaced", Variation.NOTHING),
        ("/?id=7", "/?id", Variation.NUMBERS),
        ("/?page=7", "/?page", Variation.PAGES),
        ("/?q=shoes", "/?q", Variation.VALUES),
        ("/?q=shoes&page=2", "/?page,q", Variation.PAGES),
        ("/?month=5&year=2026", "/?month,year", Variation.DATES),
        ("/?on=2026-05-12", "/?on", Variation.DATES),
        ("/?t=deadbeef01deadbeef", "/?t", Variation.TOKENS),
        ("/?b=1&a=2&c=3&d=4", "/?*", Variation.FACETS),
        ("/list/7?b=x", "/list/{n}?b", Variation.VALUES),
        ("/app#/user/7", "/app/#//user/{n}", Variation.NUMBERS),
        ("/app#/list?page=7", "/app/#//list?page", Variation.PAGES),
    ],
)
def test_a_shape_leaves_out_what_varies(path, shape, variation):
    found = shape_of(f"https://shop.example{path}")
    assert (found.key, found.variation) == (f"shop.example{shape}", variation)


def test_the_order_of_parameters_makes_no_shape():
    assert shape_of("http://h/?a=1&b=2") == shape_of("http://h/?b=1&a=2")

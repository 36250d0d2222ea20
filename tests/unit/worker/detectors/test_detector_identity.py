import pytest

from bughive_worker.detectors import identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("main > div.card:nth-of-type(1) > img", "main > div.card:nth-of-type(29) > img"),
        ("li#item-12 > a", "li#item-13 > a"),
        ("div.css-1q2w3e > p", "div.css-9z8y7x > p"),
        ("div.Card_root__aBcXy > p", "div.Card_root__ZzTop > p"),
        ("td:nth-child(2)", "td:nth-child(3)"),
    ],
)
def test_repeated_elements_have_one_normal_selector(one, other):
    assert identity.normal_selector(one) == identity.normal_selector(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("main > div.card > img", "main > div.hero > img"),
        ("form#login > input", "form#search > input"),
        ("main > p", "main > p > b"),
        ("div.card__price", "div.card__title"),
    ],
)
def test_different_elements_have_different_normal_selectors(one, other):
    assert identity.normal_selector(one) != identity.normal_selector(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no product 17", "no product 18"),
        ("fetch https://x.example/a?b=1 failed", "fetch https://x.example/a?b=2 failed"),
        ("order 9f86d081-884c-4d63 is gone", "order 60303ae2-2998-4f1e is gone"),
        ("took 1,234.5 ms", "took 7 ms"),
    ],
)
def test_messages_that_differ_by_accident_are_one(one, other):
    assert identity.normal_message(one) == identity.normal_message(other)


def test_messages_about_different_things_differ():
    assert identity.normal_message("cart is null") != identity.normal_message("user is null")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.example/main.3f2a1b9c.js", "https://x.example/main.77aa00ff.js"),
        ("https://x.example/app-D4f9kQ2z.js?v=1", "https://x.example/app-Zx81mmP0.js?v=2"),
    ],
)
def test_a_new_build_of_a_script_is_the_same_script(one, other):
    assert identity.normal_path(one) == identity.normal_path(other)


def test_versions_and_names_of_scripts_tell_them_apart():
    assert identity.normal_path("https://x.example/cart.js") != identity.normal_path("https://x.example/search.js")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.shop.co.uk/", "https://cdn.shop.co.uk/x.js", True),
        ("https://shop.co.uk/", "https://store.co.uk/", False),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:9000/x", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("http://localhost:1/", "http://localhost:2/", True),
        ("https://a.github.io/", "https://b.github.io/", True),
    ],
)
def test_a_site_is_a_registrable_domain(one, other, same):
    assert identity.same_site(one, other) is same


def test_parameters_keep_their_names_and_lose_their_values():
    one = identity.without_query_values("https://x.example/search?q=mug&page=2#top")
    assert one == identity.without_query_values("https://x.example/search?page=3&q=cup")
    assert one != identity.without_query_values("https://x.example/search?q=mug")

"""Elements by the names that people give them."""

import pytest

from bughive_worker.detectors.identity import component
from bughive_worker.detectors.naming import called, spoken
from bughive_worker.observation import ElementFact


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ('<a class="btn" href="/x"><b>Read</b> on</a>', 'link "Read on"'),
        ('<button aria-label="Close"><svg></svg></button>', 'button "Close"'),
        ('<input name="email" type="text">', "field email"),
        ('<input placeholder="Your town">', 'field "Your town"'),
        ('<select id="sort"><option>Name</option></select>', "choice sort"),
        ('<img src="/img/a%20kiln.jpg?w=2">', "picture a kiln.jpg"),
        ('<a class="feed-link" href="/feed/"><svg></svg></a>', "link feed-link"),
        ('<iframe class="map"', "the element"),
        ("<p>" + "word " * 60, 'paragraph "' + ("word " * 60)[:39] + '…"'),
        ("<html>", "the page"),
        ("<div></div>", "the div"),
        ("", "the element"),
    ],
)
def test_an_element_is_named_by_its_words_else_its_name_else_its_tag(html, name):
    assert spoken(html) == name


@pytest.mark.parametrize(
    ("selector", "name"),
    [
        ("main > div > table.prices.wide:nth-of-type(2)", "table prices wide"),
        ("form#search", "form search"),
        ("main > p > img:nth-of-type(3)", "the picture"),
        ("body", "the page"),
    ],
)
def test_a_probes_element_is_named_by_the_end_of_its_selector(selector, name):
    assert called(ElementFact(selector, "")) == name


@pytest.mark.parametrize(
    ("selector", "part"),
    [
        ("main > div.wrap > section > article.review:nth-of-type(2) > img", "article.review > img"),
        ("main#content > div.grid > s.was", "s.was"),
        ("input#email", "input#email"),
        ("main > div.wrap > section > div > p > img", None),
        ("main#content > img", None),
        ("body > main > ul > li:nth-of-type(2) > a.css-1x2y3z", None),
    ],
)
def test_a_component_is_told_by_a_name_near_by(selector, part):
    assert component(selector) == part

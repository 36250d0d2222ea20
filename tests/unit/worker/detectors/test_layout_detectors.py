from bughive_crds.model import Severity
from bughive_protocol.finding import Box
from bughive_worker.observation import ElementFact, LayoutSample

WIDE = ElementFact("main > table.prices", "Prices", Box(x=0, y=0, width=500, height=90))
NARROW, TABLET = 320, 768


def price(place=1, **facts):
    return ElementFact(f"main > div.card:nth-of-type({place}) > p.price", "$20", **facts)


def button(place=1, **facts):
    return ElementFact(f"main > div.card:nth-of-type({place}) > button", "Buy", **facts)


def test_one_element_that_sticks_out_at_two_widths_is_one_bug_at_the_narrowest(finds):
    layout = (
        LayoutSample(TABLET, 800, overflowing=(WIDE,)),
        LayoutSample(NARROW, 520, overflowing=(WIDE,)),
        LayoutSample(1366, 1366),
    )
    (finding,) = finds(layout=layout)
    assert (finding.kind, finding.severity) == ("layout-overflow", Severity.MEDIUM)
    assert (finding.viewport_width, finding.selector, finding.box) == (320, WIDE.selector, WIDE.box)
    assert "320 px, 768 px" in finding.title


def test_a_few_pixels_are_low(finds):
    (finding,) = finds(layout=(LayoutSample(NARROW, 330, overflowing=(WIDE,)),))
    assert finding.severity is Severity.LOW


def test_overflow_is_a_bug_of_its_template_unless_it_is_in_shared_chrome(finds):
    def prints(in_chrome):
        bar = ElementFact("header > ul", "Menu", in_chrome=in_chrome)
        layout = (LayoutSample(NARROW, 400, overflowing=(bar,)),)
        return {finds(layout=layout, template=template)[0].fingerprint for template in ("t1", "t2")}

    assert len(prints(in_chrome=False)) == 2
    assert len(prints(in_chrome=True)) == 1


def test_of_what_sticks_out_of_one_page_the_worst_is_the_bug_and_the_rest_its_evidence(finds):
    form = ElementFact("main > form.filters", "Filter", Box(x=0, y=90, width=340, height=90))
    layout = (LayoutSample(NARROW, 500, overflowing=(form, WIDE)), LayoutSample(TABLET, 900, overflowing=(form,)))
    (finding,) = finds(layout=layout)
    assert finding.selector == WIDE.selector
    assert form.selector in {fact.label: fact.text for fact in finding.evidence}["too wide as well"]


def test_what_sticks_out_of_shared_chrome_is_a_bug_of_its_own(finds):
    menu = ElementFact("header > ul", "Menu", Box(x=0, y=0, width=700, height=40), in_chrome=True)
    found = finds(layout=(LayoutSample(NARROW, 700, overflowing=(menu, WIDE)),))
    assert [finding.selector for finding in found] == [WIDE.selector, menu.selector]


def test_a_wide_page_without_a_culprit_is_no_bug(finds):
    assert finds(layout=(LayoutSample(NARROW, 900),)) == ()


def test_text_drawn_through_text_is_medium(finds):
    (finding,) = finds(layout=(LayoutSample(NARROW, 320, overlaps=((price(), button()),)),))
    assert (finding.kind, finding.severity, finding.viewport_width) == ("layout-overlap", Severity.MEDIUM, 320)
    assert finding.title == '"$20" and "Buy" overlap at 320 px'


def test_what_paints_over_something_may_be_meant(finds):
    (finding,) = finds(layout=(LayoutSample(NARROW, 320, overlaps=((price(), button(opaque=True)),)),))
    assert finding.severity is Severity.LOW


def test_the_same_overlap_on_thirty_cards_is_one_bug(finds):
    pairs = tuple((price(place), button(place)) for place in range(1, 31))
    (finding,) = finds(layout=(LayoutSample(NARROW, 320, overlaps=pairs),))
    assert {fact.label: fact.text for fact in finding.evidence}["alike"] == "30 pairs"


def test_an_overlap_is_the_same_whichever_element_comes_first(finds):
    (one,) = finds(layout=(LayoutSample(NARROW, 320, overlaps=((price(), button()),)),))
    (other,) = finds(layout=(LayoutSample(NARROW, 320, overlaps=((button(), price()),)),))
    assert one.fingerprint == other.fingerprint


def test_clipped_text_is_low(finds):
    (finding,) = finds(layout=(LayoutSample(NARROW, 320, clipped=(price(),)),))
    assert (finding.kind, finding.severity) == ("clipped-text", Severity.LOW)

"""Which clicks are tried, and what their outcome proves."""

import pytest

from bughive_worker.analysis.answer import ProposedAction
from bughive_worker.analysis.caution import harmless
from bughive_worker.analysis.happened import Happened, bears_out
from bughive_worker.collect.reading import Control


def happened(**changed) -> Happened:
    calm = {
        "texts_before": ("Cart", "2 items"),
        "texts_after": ("Cart", "2 items"),
        "address": "https://shop.example/cart",
        "moved": False,
        "stirred": False,
        "would_write": False,
    }
    return Happened(**{**calm, **changed})


def action(outcome: str, text: str = "") -> ProposedAction:
    return ProposedAction(control="c0", outcome=outcome, text=text)


def test_a_dead_control_changes_nothing_at_all():
    assert bears_out(action("nothing-changes"), happened())
    for changed in ({"stirred": True}, {"moved": True}, {"texts_after": ("Cart",)}):
        assert not bears_out(action("nothing-changes"), happened(**changed))


def test_a_text_appears_that_was_not_there():
    after = happened(stirred=True, texts_after=("Cart", "3  items"))
    assert bears_out(action("text-appears", "3 items"), after)
    assert not bears_out(action("text-appears", "2 items"), happened(texts_after=("Cart", "2 items")))
    assert not bears_out(action("text-appears", "3"), after), "too short to prove anything"
    assert not bears_out(action("text-appears", ""), after)


def test_a_text_disappears_that_was_there():
    assert bears_out(action("text-disappears", "2 items"), happened(texts_after=("Cart",)))
    assert not bears_out(action("text-disappears", "9 items"), happened(texts_after=("Cart",)))
    assert not bears_out(action("text-disappears", "2 items"), happened())


def test_a_click_leads_to_the_address_that_was_foretold():
    moved = happened(moved=True, address="https://shop.example/help?ref=4")
    assert bears_out(action("goes-to", "https://shop.example/help?ref"), moved)
    assert not bears_out(action("goes-to", "https://shop.example/"), moved)
    assert not bears_out(action("goes-to", "https://shop.example/cart"), happened())


@pytest.mark.parametrize("outcome", ["nothing-changes", "text-appears", "text-disappears", "goes-to"])
def test_what_would_have_changed_something_at_the_server_proves_nothing(outcome):
    seen = happened(would_write=True, moved=True, address="https://a.example/", texts_after=("three",))
    assert not bears_out(action(outcome, "three"), seen)
    assert not bears_out(action(outcome), happened(would_write=True))


@pytest.mark.parametrize(
    "name", ["Add to cart", "Show more", "Sort", "Next", "Menu", "Details", "Warenkorb anzeigen", "?"]
)
def test_harmless_controls_are_tried(name):
    assert harmless(Control("button.x", "button", name))
    assert harmless(Control("a.x", "link", name, "https://shop.example/more"))


@pytest.mark.parametrize(
    "control",
    [
        *(
            Control("button.x", "button", name)
            for name in (
                *(
                    "Delete account",
                    "Remove",
                    "Pay now",
                    "Buy",
                    "Place order",
                    "Log out",
                    "Sign off",
                    "Send",
                    "Unsubscribe",
                ),
                *(
                    "Checkout",
                    "Cancel my plan",
                    "Submit",
                    "Konto löschen",
                    "Abmelden",
                    "Jetzt kaufen",
                    "Supprimer",
                    "Comprar",
                ),
            )
        ),
        Control("button.delete-all", "button", "OK"),
        Control("a.x", "link", "Bye", "https://shop.example/logout"),
        Control("a.x", "link", "Bye", "https://shop.example/account?do=delete"),
        Control("button.x", "button", "Go on", posts=True),
        Control("input.x", "field", "Name"),
        Control("select.x", "choice", "Country"),
    ],
    ids=lambda control: f"{control.name} {control.selector} {control.url}",
)
def test_what_could_do_harm_is_never_tried(control):
    assert not harmless(control)

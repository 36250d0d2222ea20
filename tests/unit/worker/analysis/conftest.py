"""A page of a shop as it was read, what rules found there, and the question that it makes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fixtures.injection import BUG, TEXTS

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding
from bughive_worker.analysis.question import Question, question
from bughive_worker.collect.reading import Control, PageReading, TextBlock

PAGE = "https://shop.example/cart?session=hush"
CONTROLS = (
    Control("button.coupon", "button", "Apply coupon"),
    Control("a.help", "link", "Help", "https://shop.example/help?ref=hush"),
    Control("button.wipe", "button", "Delete account"),
    Control("button.go", "button", "Continue", posts=True),
)
RULES = (
    Finding(
        fingerprint="00000000000000aa",
        kind="placeholder-text",
        severity=Severity.MEDIUM,
        confidence=Confidence.FIRM,
        title='Placeholder in the text: "undefined"',
        url=PAGE,
        selector="p.name",
        steps=("Open https://shop.example/cart?session=hush", 'Look for "undefined"'),
    ),
)


@pytest.fixture
def ask() -> Callable[..., Question]:
    """The question about the shop's page, with further texts from t4 on."""

    def ask(*further: str, found: tuple[Finding, ...] = RULES, **more: Any) -> Question:
        texts = tuple(TextBlock(f"p.text{i}", text) for i, text in enumerate((*TEXTS, *further)))
        return question("t1", PAGE, PageReading("Cart", texts, CONTROLS), found, more.get("picture"))

    return ask


@pytest.fixture
def bug() -> Callable[..., dict[str, Any]]:
    """A bug as the model proposes it; the total on the page is wrong."""

    def bug(**changed: Any) -> Mapping[str, Any]:
        return {**BUG, **changed}

    return bug

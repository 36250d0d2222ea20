"""A page without a bug, to be spoiled by each test, and the kinds that detectors find on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bughive_crds.crawl_session import ChecksSpec
from bughive_protocol.finding import Finding
from bughive_protocol.frontier import PageEnd, PageResult
from bughive_worker.detectors.registry import detect
from bughive_worker.observation import DomFacts, PageObservation, Timings

PAGE = "https://www.shop.example/products/blue-mug"
PROTECTED = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000",
}

Seen = Callable[..., PageObservation]
Finds = Callable[..., tuple[Finding, ...]]


def _seen(*, dom: dict[str, Any] | None = None, **facts: Any) -> PageObservation:
    text = {"title": "Blue mug", "lang": "en", "description": "", "canonical": None, "text_length": 400}
    clean: dict[str, Any] = {
        "url": PAGE,
        "end": PageEnd.LOADED,
        "observed_at": datetime(2026, 1, 1, tzinfo=UTC),
        "final_url": PAGE,
        "status": 200,
        "referrer": "https://www.shop.example/",
        "headers": PROTECTED,
        "dom": DomFacts(**{**text, "element_count": 80, **(dom or {})}),
        "timings": Timings(ttfb=40, lcp=300, cls=0.01, long_tasks=0, load=400),
        "template": "t1",
    }
    return PageObservation(**{**clean, **facts})


@pytest.fixture
def seen() -> Seen:
    """Builds an observation of a page that has no bug but what the arguments say."""
    return _seen


@pytest.fixture
def finds() -> Finds:
    """What all detectors find on such a page."""
    return lambda **facts: detect(_seen(**facts), ChecksSpec())


@pytest.fixture
def alike_pages() -> list[PageResult]:
    """Two pages that say the same of themselves."""
    return [
        PageResult(url=f"https://www.shop.example/{name}", end=PageEnd.LOADED, title="Shop", description="A shop.")
        for name in ("a", "b")
    ]

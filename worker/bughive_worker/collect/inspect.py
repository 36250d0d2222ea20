"""The full inspection of a page whose template is new: axe-core once, the layout at several widths."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from bughive_worker.collect import scripts
from bughive_worker.collect.collect import box, element
from bughive_worker.collect.vendor import axe_source
from bughive_worker.detectors.accessibility_rules import RULES
from bughive_worker.observation import AxeViolation, LayoutSample

WIDTHS = (320, 768, 1366)
"""The window's widths in CSS pixels: a small phone, a tablet, a laptop."""
_HEIGHT = 800
"""The window's height where the page has no size of its own."""

_AUDIT = scripts.function("audit(options)", "elements.js", "axe.js")
_MEASURE = scripts.function("measure()", "elements.js", "layout.js", "overflow.js", "overlaps.js", "clipped.js")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the full inspection of one page saw."""

    layout: tuple[LayoutSample, ...]
    """One for each width, in their order."""
    accessibility: tuple[AxeViolation, ...]


async def inspect(page: Page, widths: Sequence[int] = WIDTHS) -> Inspection:
    """Inspect the page as it is now; the window has its first size again afterwards.

    Raises:
        PermanentError: axe-core was not taken in at set-up.
        playwright.async_api.Error: the page navigated away, crashed or was closed meanwhile.
    """
    violations = await audit(page)
    return Inspection(layout=await measure(page, widths), accessibility=violations)


async def audit(page: Page) -> tuple[AxeViolation, ...]:
    """Run axe-core over the page once; of a huge page over the first elements of each kind.

    Raises: as ``inspect``.
    """
    # Evaluated, not added as a script tag, which the page's own policy might refuse; and hidden from module
    # loaders of the page, which would swallow it.
    await page.evaluate(f"() => {{ ((module, define, exports) => {{ {axe_source()}\n}})(); }}")
    violations = json.loads(await page.evaluate(_AUDIT, {"rules": RULES}))
    return tuple(AxeViolation(**{**violation, "box": box(violation["box"])}) for violation in violations)


async def measure(page: Page, widths: Sequence[int] = WIDTHS) -> tuple[LayoutSample, ...]:
    """Measure the layout at each of the widths; the window has its first size again afterwards.

    Raises:
        playwright.async_api.Error: as ``inspect``.
    """
    size = page.viewport_size
    samples = []
    try:
        for width in widths:
            await page.set_viewport_size({"width": width, "height": size["height"] if size else _HEIGHT})
            samples.append(_sample(json.loads(await page.evaluate(_MEASURE))))
    finally:
        if size is not None:
            await page.set_viewport_size(size)
    return tuple(samples)


def _sample(measured: Mapping[str, Any]) -> LayoutSample:
    return LayoutSample(
        width=measured["width"],
        scroll_width=measured["scroll_width"],
        overflowing=tuple(map(element, measured["overflowing"])),
        overlaps=tuple((element(one), element(other)) for one, other in measured["overlaps"]),
        clipped=tuple(map(element, measured["clipped"])),
    )

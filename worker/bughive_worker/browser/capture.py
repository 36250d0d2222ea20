"""Takes the picture of a finding or a page: the window's view, the elements that show a bug, private parts in black."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from playwright.async_api import Error, Page

from bughive_protocol.errors import InvalidSpec
from bughive_protocol.finding import Box, Finding
from bughive_protocol.picture import Capture
from bughive_worker.browser.scripts import PLACES
from bughive_worker.browser.window import HEIGHT, WIDTH

QUALITY = 85
"""Of the capture; the picture that is kept is encoded from it."""
MAX_PLACES = 9
_BLACK = "#000000"


async def capture(page: Page, finding: Finding | None, mask: Sequence[str] = ()) -> Capture:
    """What a visitor sees of the bug, at the finding's window width where it has one.

    Args:
        page: the page that shows it.
        finding: the bug; None: what a visitor sees first of the page.
        mask: CSS selectors of what is blacked out, before the picture leaves the browser.

    Raises:
        playwright.async_api.Error: the page navigated away, crashed or was closed meanwhile.
    """
    width = (finding and finding.viewport_width) or WIDTH
    if page.viewport_size is None or page.viewport_size["width"] != width:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
    selector, box = (finding.selector, finding.box) if finding else (None, None)
    where = {"selector": selector, "box": box.model_dump() if box else None, "most": MAX_PLACES}
    told = await page.evaluate(PLACES, where)
    return Capture(await view(page, mask), _boxes(told))


async def view(page: Page, mask: Sequence[str] = ()) -> bytes:
    """What a visitor sees now, as JPEG. See ``capture``."""
    return await page.screenshot(
        type="jpeg",
        quality=QUALITY,
        # What moves could move from under its mask.
        animations="disabled" if mask else "allow",
        caret="initial",
        mask=[page.locator(f"css={selector}") for selector in mask],
        mask_color=_BLACK,
    )


async def check_mask(page: Page, mask: Sequence[str]) -> None:
    """Refuse what is no selector before anything is pictured without it.

    Raises:
        InvalidSpec: naming the first that is none.
    """
    for selector in mask:
        try:
            await page.locator(f"css={selector}").count()
        except Error as error:
            raise InvalidSpec(f"browser.mask: {selector!r} is no CSS selector. Correct spec.browser.mask.") from error


def by_width(findings: Iterable[Finding]) -> list[Finding]:
    """In the order in which the window is resized least; the default width comes last and stays."""
    return sorted(findings, key=lambda finding: finding.viewport_width or WIDTH)


def _boxes(told: Any) -> tuple[Box, ...]:  # noqa: ANN401 - whatever a page's own script made of it
    if not isinstance(told, list):
        return ()
    return tuple(
        Box(x=place[0], y=place[1], width=place[2], height=place[3]) for place in told[:MAX_PLACES] if _is_place(place)
    )


def _is_place(place: object) -> bool:
    return (
        isinstance(place, list)
        and len(place) == len(Box.model_fields)
        and all(isinstance(number, int | float) and math.isfinite(number) for number in place)
    )

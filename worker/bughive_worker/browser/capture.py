"""Takes the picture of a finding: the window's view with the element outlined."""

import asyncio
from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageDraw
from playwright.async_api import Page

from bughive_protocol.finding import Box, Finding
from bughive_worker.browser.window import HEIGHT, WIDTH

QUALITY = 60
_OUTLINE = (214, 40, 40)
_STROKE = 3
_MARGIN = 4
_PLACE = """({ selector, box }) => {
  let element = null;
  try { element = selector && document.querySelector(selector); } catch { /* a selector of a page without it */ }
  if (element) element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  else if (box) scrollTo({ top: Math.max(0, box.y + box.height / 2 - innerHeight / 2), behavior: "instant" });
  else scrollTo({ top: 0, behavior: "instant" });
  if (element) {
    const rect = element.getBoundingClientRect();
    return rect.width >= 1 && rect.height >= 1 ? [rect.x, rect.y, rect.width, rect.height] : null;
  }
  return box ? [box.x - scrollX, box.y - scrollY, box.width, box.height] : null;
}"""


async def capture(page: Page, finding: Finding) -> bytes:
    """A JPEG of what a visitor sees of the bug, at the finding's window width where it has one.

    Raises:
        playwright.async_api.Error: the page navigated away, crashed or was closed meanwhile.
    """
    width = finding.viewport_width or WIDTH
    if page.viewport_size is None or page.viewport_size["width"] != width:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
    place = await page.evaluate(_PLACE, {"selector": finding.selector, "box": _plain(finding.box)})
    if place is None:
        return await page.screenshot(type="jpeg", quality=QUALITY, animations="allow", caret="initial")
    png = await page.screenshot(type="jpeg", quality=90, animations="allow", caret="initial")
    return await asyncio.to_thread(outlined, png, place)


def by_width(findings: Iterable[Finding]) -> list[Finding]:
    """In the order in which the window is resized least; the default width comes last and stays."""
    return sorted(findings, key=lambda finding: finding.viewport_width or WIDTH)


def outlined(picture: bytes, place: tuple[float, float, float, float]) -> bytes:
    """Draw a frame around ``place`` (x, y, width, height in pixels of the picture)."""
    x, y, width, height = place
    with Image.open(BytesIO(picture)) as image:
        canvas = image.convert("RGB")
    right, bottom = canvas.width - 1, canvas.height - 1
    frame = (
        min(max(x - _MARGIN, 0), right),
        min(max(y - _MARGIN, 0), bottom),
        max(min(x + width + _MARGIN, right), 0),
        max(min(y + height + _MARGIN, bottom), 0),
    )
    if frame[0] < frame[2] and frame[1] < frame[3]:
        ImageDraw.Draw(canvas).rectangle(frame, outline=_OUTLINE, width=_STROKE)
    file = BytesIO()
    canvas.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _plain(box: Box | None) -> dict[str, float] | None:
    return box.model_dump() if box else None

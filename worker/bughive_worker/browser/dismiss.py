"""Clicks consent banners away."""

from collections.abc import Sequence

from playwright.async_api import Error, Page

_CLICK_MS = 1000
_WAIT_MS = 500
"""Banners often come in a moment after the page; they are waited for no longer than this, all together."""


async def dismiss(page: Page, selectors: Sequence[str]) -> int:
    """Click each element that is visible, once. Returns how many were clicked; costs nothing without selectors."""
    if not selectors:
        return 0
    clicked = 0
    try:
        await page.locator(", ".join(selectors)).first.wait_for(state="visible", timeout=_WAIT_MS)
    except Error:  # none is there, or a selector is no CSS: then it dismisses nothing
        return 0
    for selector in selectors:
        try:
            button = page.locator(selector).first
            if await button.is_visible():
                await button.click(timeout=_CLICK_MS, no_wait_after=True)
                clicked += 1
        except Error:  # covered, moved away, or gone with the banner before it
            continue
    return clicked

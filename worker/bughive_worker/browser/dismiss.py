"""Clicks consent banners away."""

from collections.abc import Sequence

from playwright.async_api import Page

from bughive_worker.browser.scripts import DISMISS

_WAIT_MS = 500
"""Banners often come in a moment after the page; they are waited for no longer than this, all together."""


async def dismiss(page: Page, selectors: Sequence[str]) -> int:
    """Click each element that is visible, once. Returns how many were clicked; costs nothing without selectors.

    Raises:
        playwright.async_api.Error: the page navigated away, crashed or was closed meanwhile.
    """
    if not selectors:
        return 0
    clicked: int = await page.evaluate(DISMISS, {"selectors": list(selectors), "mostMs": _WAIT_MS})
    return clicked

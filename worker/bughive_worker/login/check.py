"""Is one logged in? Opens a page and looks."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from playwright.async_api import Error

from bughive_crds.auth import LoginCheck
from bughive_protocol.errors import SiteUnreachable
from bughive_worker.browser.tab import Tab
from bughive_worker.login.opening import Opened
from bughive_worker.login.scripts import SHOWN
from bughive_worker.net.urls import canonical, without_fragment

_APPEAR_SECONDS = 5.0
"""How long what the check asks for may take to appear."""
_SETTLE_SECONDS = 1.0
"""How long a page may take to show what it is, where the check asks for nothing: scripts may show a form and go on."""
_LOOK_SECONDS = 0.1
_OUTSIDE = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)


@dataclass(frozen=True)
class Shown:
    """What a page shows."""

    asked: str
    """The page that was opened."""
    url: str
    """Where that led."""
    status: int | None
    password: bool
    """Whether there is a field for a password to be seen."""
    selector: bool
    text: bool


def objection(shown: Shown, check: LoginCheck | None, login_url: str | None) -> str:
    """Why one is not logged in; empty: one is. Pure."""
    if shown.status in _OUTSIDE:
        return f"{shown.asked} answers {shown.status}"
    if login_url and same_page(shown.url, login_url) and not same_page(shown.asked, login_url):
        return f"{shown.asked} leads to the login page"
    if check is not None and check.selector and not shown.selector:
        return f"{shown.asked} does not have {check.selector}, which spec.auth.check asks for"
    if check is not None and check.text and not shown.text:
        return f"{shown.asked} does not show the text that spec.auth.check asks for"
    asks = check is not None and (check.selector or check.text)
    return f"{shown.asked} shows a login form" if shown.password and not asks else ""


async def look(tab: Tab, opened: Opened, check: LoginCheck | None, login_url: str | None) -> str:
    """Say why one is not logged in, by the page that the tab has opened; empty: one is.

    Raises:
        SiteUnreachable: the page crashed or does not come to rest, which says nothing about the login.
    """
    page, now = tab.page, asyncio.get_running_loop().time
    url, status = opened.url, opened.status
    asks = {"selector": check.selector if check else None, "text": check.text if check else None}
    positive = any(asks.values())
    deadline = now() + (_APPEAR_SECONDS if positive else _SETTLE_SECONDS)
    while True:
        try:
            shown = _shown(url, status, await page.evaluate(SHOWN, asks))
        except Error as error:
            if tab.spoiled or page.is_closed() or now() > deadline:
                raise SiteUnreachable(f"{url} did not come to rest while the login was checked") from error
        else:
            why = objection(shown, check, login_url)
            if (positive and not why) or now() > deadline or status in _OUTSIDE:
                return why
        await asyncio.sleep(_LOOK_SECONDS)


def same_page(one: str, other: str) -> bool:
    """Whether two URLs are one page, whatever their parameters."""
    here, there = (without_fragment(canonical(url) or url).partition("?")[0].rstrip("/") for url in (one, other))
    return here == there


def _shown(asked: str, status: int | None, seen: dict[str, Any]) -> Shown:
    return Shown(asked, seen["url"], status, seen["password"], seen["selector"], seen["text"])

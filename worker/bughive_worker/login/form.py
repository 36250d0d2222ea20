"""Fills in a login form and sends it, and lets what is typed go to the site alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import ElementHandle, Error, Page

from bughive_crds.auth import LoginForm
from bughive_protocol.errors import LoginFailed
from bughive_worker.browser.tab import Tab, answered
from bughive_worker.login.credentials import SiteCredentials
from bughive_worker.login.scripts import FORM, SHOWN

FIND_SECONDS = 5.0
"""How long a form may take to appear once the page is there."""
_ACT_MS = 5000
_LOOK_SECONDS = 0.1
_SETTLE_SECONDS = 0.5
_QUIET_MS = 5000


@dataclass(frozen=True)
class _Parts:
    user: ElementHandle | None
    secret: ElementHandle | None
    button: ElementHandle | None
    action: str
    """Where the form goes."""


async def log_in(
    tab: Tab, form: LoginForm, credentials: SiteCredentials, allows: Callable[[str], bool], seconds: float
) -> str:
    """Fill in and send the form of the page that the tab shows, and wait up to ``seconds`` for what comes of it.

    ``allows``: whether credentials may go to a URL. Meanwhile no request goes anywhere else.

    Returns:
        Where the form was.

    Raises:
        LoginFailed: there is no form, it is of another site or goes to one, or it is still there afterwards.
        playwright.async_api.Error: the page crashed or was closed. It does not quote what was typed.
    """
    async with only_to(tab.page, allows):
        parts, at = await _find(tab.page, form, FIND_SECONDS), tab.page.url
        if parts.secret is None:  # some sites ask for the name first, and for the password then
            await _send(tab.page, parts, credentials, allows)
            parts = await _find(tab.page, form, seconds, password=True)
        before = tab.witness.parsed
        await _send(tab.page, parts, credentials, allows)
        await _wait(tab, before, seconds)
    return at


async def _find(page: Page, form: LoginForm, seconds: float, *, password: bool = False) -> _Parts:
    """The form, or the part of it that asks for a password, as soon as it is there."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            found = await page.evaluate_handle(FORM, form.model_dump())
            parts = await _parts(await found.get_properties())
            if parts.secret is not None or (parts.user is not None and not password):
                return parts
        except Error:
            if page.is_closed():
                raise  # else it is just going on to another document
        if asyncio.get_running_loop().time() > deadline:
            what = "field for a password" if password else "login form"
            raise LoginFailed(
                f"There is no {what} at {_plain(page.url)}. Set spec.auth.loginURL to the page that has it, or name "
                "its fields in spec.auth.form."
            )
        await asyncio.sleep(_LOOK_SECONDS)


async def _parts(properties: dict[str, Any]) -> _Parts:
    user, secret, button = (properties[name].as_element() for name in ("user", "secret", "button"))
    return _Parts(user, secret, button, str(await properties["action"].json_value()))


async def _send(page: Page, parts: _Parts, credentials: SiteCredentials, allows: Callable[[str], bool]) -> None:
    if not allows(page.url):
        raise LoginFailed(
            f"The login form is at {_plain(page.url)}, which is not one of the site's own hosts, and would read what "
            "is typed: nothing was. If it is, add its host to spec.scope.hosts."
        )
    if not allows(parts.action):
        raise LoginFailed(
            f"The login form of {_plain(page.url)} sends to {_plain(parts.action)}, which is not one of the site's own "
            "hosts: nothing was sent. If it is, add its host to spec.scope.hosts."
        )
    try:
        if parts.user is not None:
            await parts.user.fill(credentials.username, timeout=_ACT_MS)
        if parts.secret is not None:
            await parts.secret.fill(credentials.password, timeout=_ACT_MS)
        if parts.button is not None:
            await parts.button.click(timeout=_ACT_MS, no_wait_after=True)
        elif last := parts.secret or parts.user:
            await last.press("Enter", timeout=_ACT_MS, no_wait_after=True)
    except Error:
        # Playwright's error tells what was typed.
        raise LoginFailed("The login form could not be filled in. Name its fields in spec.auth.form.") from None


async def _wait(tab: Tab, parsed: int, seconds: float) -> None:
    """Until the form is gone, or a new document shows it again."""
    page, now = tab.page, asyncio.get_running_loop().time
    deadline, again = now() + seconds, 0.0
    while True:
        try:
            password = (await page.evaluate(SHOWN, {"selector": None, "text": None}))["password"]
        except Error:
            if page.is_closed() or tab.spoiled:
                raise
            password = True  # just going on to another document
        if not password:
            break
        if tab.witness.parsed > parsed:
            again = again or now() + _SETTLE_SECONDS
        if now() > deadline or (again and now() > again):
            raise LoginFailed(
                f"The login form of {_plain(page.url)} is still there after it was sent: the site did not take the "
                "user name and password of the Secret."
            )
        await asyncio.sleep(_LOOK_SECONDS)
    # The answer may be on its way still, where a script took the form away.
    try:
        await page.wait_for_load_state("networkidle", timeout=_QUIET_MS)
    except Error:
        if page.is_closed():
            raise


def _plain(url: str) -> str:
    """A URL for people; its parameters may be what was typed."""
    return url.partition("?")[0][:200]


@asynccontextmanager
async def only_to(page: Page, allows: Callable[[str], bool]) -> AsyncIterator[None]:
    """Within, the page's requests reach URLs that ``allows`` names, and no others."""
    session = await page.context.new_cdp_session(page)

    async def judge(event: dict[str, Any]) -> None:
        id_ = {"requestId": event["requestId"]}
        if allows(event["request"]["url"]):
            await answered(lambda: session.send("Fetch.continueRequest", id_))
        else:
            await answered(lambda: session.send("Fetch.failRequest", {**id_, "errorReason": "BlockedByClient"}))

    session.on("Fetch.requestPaused", judge)
    await session.send("Fetch.enable", {"patterns": [{"urlPattern": "http*://*"}]})
    try:
        yield
    finally:
        await answered(session.detach)

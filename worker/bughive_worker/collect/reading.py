"""What a reader gets from a page: its visible texts and its controls, in one evaluate. Dear, so for few pages only."""

import json
from dataclasses import dataclass

from playwright.async_api import Page

from bughive_worker.collect import scripts

_READ = scripts.function("reading()", "elements.js", "reading.js")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A block of visible text, without the blocks inside it."""

    selector: str
    text: str
    """In one line."""
    in_chrome: bool = False
    """Inside the header, navigation or footer that pages share."""


@dataclass(frozen=True, slots=True)
class Control:
    """Something to click or to fill in. What a visitor has filled in is not among what is known of it."""

    selector: str
    role: str
    """link, button, field or choice."""
    name: str
    """What it says, in one line."""
    url: str = ""
    """Of a link: where it leads."""
    posts: bool = False
    """Whether it sends a form by POST."""
    in_chrome: bool = False


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as a reader sees it; at most 20,000 characters and 120 controls."""

    title: str
    texts: tuple[TextBlock, ...] = ()
    """In the order of the document."""
    controls: tuple[Control, ...] = ()


async def read_page(page: Page) -> PageReading:
    """Read the page as it is now.

    Raises:
        playwright.async_api.Error: the page navigated away, crashed or was closed meanwhile.
    """
    read = json.loads(await page.evaluate(_READ))
    return PageReading(
        title=read["title"],
        texts=tuple(TextBlock(**block) for block in read["texts"]),
        controls=tuple(Control(**control) for control in read["controls"]),
    )

"""The collector: all that detectors need of a loaded page, in one evaluate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import Page

from bughive_protocol.finding import Box
from bughive_worker.collect import scripts
from bughive_worker.observation import (
    DomFacts,
    ElementFact,
    ImageFact,
    Link,
    NetworkEntry,
    ScriptError,
    Timings,
)

_FILES = ("elements.js", "structure.js", "texts.js", "traits.js", "collector.js")
_COLLECT = scripts.function("collect()", *_FILES)

INIT_SCRIPT = (
    scripts.source("init.js")
    .replace("/* the names of the methods that the collector calls */", json.dumps(scripts.methods(*_FILES)))
    .replace("/* the collector */", _COLLECT)
)
"""Given to ``add_init_script``: what can only be seen while the page loads, and the collector itself.

There the browser compiles the collector once for many documents; sent with an evaluate, it is compiled for each.
"""


@dataclass(frozen=True, slots=True)
class Collected:
    """What one evaluate gathered of one page."""

    dom: DomFacts
    timings: Timings
    network: tuple[NetworkEntry, ...]
    """What the page loaded, from its resource timings: no document, no failures' reasons."""
    rejections: tuple[str, ...] = ()
    """The messages of unhandled rejections, which the browser reports like exceptions."""


async def collect(page: Page, *, traits: bool = True) -> Collected:
    """Gather the facts of the page as it is now.

    Args:
        page: a page that has loaded.
        traits: whether to look for what may need the full inspection, the dearest part.

    Raises:
        playwright.async_api.Error: the page navigated away, crashed or was closed meanwhile.
    """
    return read_facts(await page.evaluate(_COLLECT, {"traits": traits}))


def read_facts(text: str) -> Collected:
    """The collector's answer, which is JSON."""
    gathered = json.loads(text)
    return Collected(
        dom=_dom(gathered["dom"]),
        timings=Timings(**gathered["timings"]),
        network=tuple(NetworkEntry(**entry) for entry in gathered["network"]),
        rejections=tuple(gathered["rejections"]),
    )


def mark_rejections(errors: Sequence[ScriptError], rejections: Sequence[str]) -> tuple[ScriptError, ...]:
    """Tell rejections from exceptions: each message marks one error that has it."""
    left = list(rejections)
    marked = []
    for error in errors:
        rejected = error.message[:500] in left
        if rejected:
            left.remove(error.message[:500])
        marked.append(replace(error, rejection=True) if rejected else error)
    return tuple(marked)


def element(fact: Mapping[str, Any]) -> ElementFact:
    """An element as the page's scripts describe it."""
    return ElementFact(**{**fact, "box": box(fact["box"])})


def box(place: Mapping[str, float] | None) -> Box | None:
    """A place as the page's scripts describe it."""
    return Box(**place) if place else None


def _dom(facts: Mapping[str, Any]) -> DomFacts:
    return DomFacts(
        **{
            **facts,
            "links": tuple(Link(**link) for link in facts["links"]),
            "icons": tuple(Link(**link) for link in facts["icons"]),
            "traits": tuple(facts["traits"]),
            "images": tuple(ImageFact(**{**image, "box": box(image["box"])}) for image in facts["images"]),
            "duplicate_ids": tuple(map(element, facts["duplicate_ids"])),
            "suspicious_texts": tuple(map(element, facts["suspicious_texts"])),
            "garbled_texts": tuple(map(element, facts["garbled_texts"])),
            "features": tuple(facts["features"]),
            "mixed_content": tuple(facts["mixed_content"]),
            "referenced_ids": tuple(facts["referenced_ids"]),
        }
    )

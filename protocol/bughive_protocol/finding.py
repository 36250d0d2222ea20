"""A finding: one bug, with all that a person needs to see it again."""

import hashlib
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bughive_crds.model import Severity

MAX_EXAMPLES = 10
"""How many pages a finding names as examples."""

SITE = "site"
"""In place of a template: the bug is in a part that all pages share, or in a resource of its own."""


class Confidence(StrEnum):
    """How sure the detector is that this is a bug."""

    CERTAIN = "certain"
    FIRM = "firm"
    TENTATIVE = "tentative"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Evidence(_Frozen):
    """One observed fact that shows the bug."""

    label: str
    text: str


class Box(_Frozen):
    """An element's place on the page, in CSS pixels from the document's top left corner."""

    x: float
    y: float
    width: float
    height: float


class PlainWords(_Frozen):
    """A bug told for people who do not build web sites.

    A language model wrote it; it stands beside the rule's own words, never in their place.
    """

    title: str
    steps: tuple[str, ...] = ()


class Finding(_Frozen):
    """One bug as one detector saw it on one page (or on the site as a whole)."""

    fingerprint: str
    """The same for the same bug on any page, in any session: see ``fingerprint``."""
    kind: str
    """The sort of bug, such as ``broken-link``."""
    severity: Severity
    confidence: Confidence
    title: str
    """What is wrong, in one line."""
    description: str = ""
    """Why it matters and how it is mended."""
    url: str
    """The page it was seen on."""
    selector: str | None = None
    """A CSS selector of the element, where there is one."""
    resource: str | None = None
    """The URL of the broken thing, where it is not the page itself."""
    template: str | None = None
    """The template of the page it was seen on."""
    viewport_width: int | None = None
    """The window's width at which it shows, in CSS pixels, where that matters."""
    box: Box | None = None
    """Where the element is, at ``viewport_width`` or the default width."""
    evidence: tuple[Evidence, ...] = ()
    steps: tuple[str, ...] = ()
    """How to see it again, one action a line."""
    plain: PlainWords | None = None
    """The same in plain words, where the session's analysis told it so."""
    ignored: str | None = None
    """Why it is not counted, from ``checks.ignore``; None: it counts."""


class RecordedFinding(_Frozen):
    """A finding as the session knows it: its first example, and how often it was seen."""

    finding: Finding
    first_seen: datetime
    occurrences: int
    """On how many pages it was seen."""
    examples: tuple[str, ...]
    """The first pages it was seen on, at most ``MAX_EXAMPLES``."""


def fingerprint(kind: str, subject: str, where: str) -> str:
    """Name a bug, the same in every session of a site.

    Args:
        kind: the sort of bug.
        subject: the normalised selector, resource or message that identifies it within ``where``.
        where: the page's template, or ``SITE`` for what all pages share.

    Returns:
        16 hexadecimal digits.
    """
    return hashlib.sha256(f"{kind}\x1f{subject}\x1f{where}".encode()).hexdigest()[:16]

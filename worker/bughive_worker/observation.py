"""What one visit saw of one page: the only thing detectors ever look at.

Frozen and serialisable, so a recorded observation replays a bug without a browser.
The browser fills it (``browser/visit.py``); ``collector.js`` gathers the ``DomFacts``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bughive_protocol.finding import Box
from bughive_protocol.frontier import PageEnd, Via


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """One resource that the page loaded or tried to load."""

    url: str
    resource_type: str
    """Playwright's or the initiator's word: document, script, stylesheet, image, font, fetch, xhr, media, other."""
    status: int | None = None
    """The HTTP status; None where there was no answer, or it is hidden from the page (a cross-origin success)."""
    failure: str | None = None
    """The browser's net error, such as ``net::ERR_CONNECTION_REFUSED``."""
    duration_ms: float = 0
    transfer_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ConsoleEntry:
    """One line that the page wrote to the console."""

    level: str
    """error, warning ..."""
    text: str
    url: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ScriptError:
    """An uncaught exception or an unhandled rejection."""

    message: str
    stack: str = ""
    rejection: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An anchor with an address."""

    url: str
    """Absolute, as the browser resolved it."""
    text: str
    selector: str
    rel: str = ""
    in_chrome: bool = False
    """Inside the header, navigation or footer that pages share."""


@dataclass(frozen=True, slots=True)
class ImageFact:
    """An ``<img>``."""

    url: str
    selector: str
    alt: str | None
    natural_width: int
    complete: bool
    box: Box | None = None
    in_chrome: bool = False


@dataclass(frozen=True, slots=True)
class ElementFact:
    """An element that one of the collector's probes found noteworthy."""

    selector: str
    text: str
    """What the probe says of it, such as the suspicious text or the duplicate id; bounded."""
    box: Box | None = None
    in_chrome: bool = False
    opaque: bool = False
    """Of overlapping elements: whether it paints a background over what lies below it."""


@dataclass(frozen=True, slots=True)
class DomFacts:
    """What the collector gathered in the page, in one evaluate."""

    title: str
    lang: str
    description: str
    canonical: str | None
    text_length: int
    """Characters of visible text."""
    links: tuple[Link, ...] = ()
    images: tuple[ImageFact, ...] = ()
    duplicate_ids: tuple[ElementFact, ...] = ()
    suspicious_texts: tuple[ElementFact, ...] = ()
    """Blocks of visible text that contain a placeholder candidate (undefined, NaN, {{ }}, lorem ipsum ...), without
    code; of a long block, 300 characters around the candidate."""
    element_count: int = 0
    features: tuple[int, ...] = ()
    """Hashes of the DOM's structure, for template clustering."""
    mixed_content: tuple[str, ...] = ()
    """http: addresses that this https: page refers to for its own parts."""
    referenced_ids: tuple[str, ...] = ()
    """Those of the duplicate ids that a label, an anchor or an ARIA attribute refers to."""
    garbled_texts: tuple[ElementFact, ...] = ()
    """Blocks of visible text that look like text decoded with the wrong character set."""
    media_count: int = 0
    """Visible pictures, videos, frames and form controls; counted up to 10."""
    code_blocks: int = 0
    """How many ``<pre>`` and ``<code>`` there are: what looks like a mistake may be this page's subject."""
    traits: tuple[str, ...] = ()
    """Cheap words for what may need the full inspection: roles, elements, missing names, widths it exceeds."""
    content: bool = True
    """Whether there is anything to see between the header, the navigation and the footer, or a main heading."""
    icons: tuple[Link, ...] = ()
    """Icons and manifests, which are loaded without a trace in the network log."""
    content_security_policy: str = ""
    """The policy that the page sets for itself by a ``<meta>``."""


@dataclass(frozen=True, slots=True)
class LayoutSample:
    """The layout at one window width."""

    width: int
    scroll_width: int
    overflowing: tuple[ElementFact, ...] = ()
    """Elements that stick out of the window to the right and cause it to scroll sideways."""
    overlaps: tuple[tuple[ElementFact, ElementFact], ...] = ()
    """Pairs of elements with text or controls that cover each other."""
    clipped: tuple[ElementFact, ...] = ()
    """Elements whose text is cut off."""


@dataclass(frozen=True, slots=True)
class AxeViolation:
    """One axe-core rule and one element that breaks it."""

    rule: str
    impact: str
    """minor, moderate, serious or critical."""
    help: str
    help_url: str
    selector: str
    html: str
    summary: str
    box: Box | None = None
    in_chrome: bool = False


@dataclass(frozen=True, slots=True)
class Timings:
    """When things happened, in milliseconds from the start of the navigation; None: not seen."""

    ttfb: float | None = None
    dom_content_loaded: float | None = None
    load: float | None = None
    lcp: float | None = None
    cls: float | None = None
    """Cumulative layout shift; has no unit."""
    long_tasks: float | None = None
    """Sum of the blocking parts (over 50 ms) of long tasks."""


@dataclass(frozen=True, slots=True)
class PageObservation:
    """What one visit saw of one page."""

    url: str
    """As claimed; canonical."""
    end: PageEnd
    observed_at: datetime
    depth: int = 0
    via: Via = Via.LINK
    referrer: str | None = None
    final_url: str = ""
    """After redirects."""
    status: int | None = None
    redirects: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the document's response; names in lower case."""
    digest: str = ""
    """SHA-256 of the document's bytes, in hexadecimal; empty where nobody asked, or scripts went on to another one."""
    reused: bool = False
    """An earlier session saw this; since then the document is unchanged."""
    network: tuple[NetworkEntry, ...] = ()
    console: tuple[ConsoleEntry, ...] = ()
    exceptions: tuple[ScriptError, ...] = ()
    dialogs: int = 0
    dom: DomFacts | None = None
    timings: Timings = Timings()
    duration_ms: int = 0
    error: str | None = None
    template: str | None = None
    inspected: bool = False
    """Whether ``layout`` and ``accessibility`` were gathered (only on templates that are new)."""
    analyzed: bool = False
    """Whether a language model was heard about it (only on templates that are new)."""
    layout: tuple[LayoutSample, ...] = ()
    accessibility: tuple[AxeViolation, ...] = ()

"""Elements that are wider than the window and make the whole page scroll sideways.

Names the element that sticks out most, not its ancestors or contents, and the others beside it: they make one page
scroll, in one way. The chrome that pages share is a bug of its own. One bug per template, whatever the widths. A page
that is only a few pixels too wide is Low. Not reported: boxes that scroll by themselves, parts moved off the page on
purpose (fixed, or hidden by the page's own overflow), and pages that cannot be scrolled sideways.
"""

from collections.abc import Iterator
from functools import partial

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.layout import Sighting, sightings
from bughive_worker.detectors.naming import called
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import ElementFact, LayoutSample, PageObservation

KIND = "layout-overflow"
_SLIGHT = 16
"""CSS pixels; by so little the page wobbles, but nothing is out of sight."""


def detect(observation: PageObservation) -> Iterator[Finding]:
    """The element that sticks out most in the page's own part, and the one in the chrome that pages share."""
    for in_chrome in (False, True):
        seen = sightings(observation, partial(_of_part, in_chrome=in_chrome))
        if seen:
            narrowest = min(sighting.width for sighting in seen)
            worst = max(seen, key=lambda sighting: (sighting.width == narrowest, _sticks_out(sighting)))
            yield _finding(observation, worst, [other for other in seen if other is not worst])


def _of_part(sample: LayoutSample, *, in_chrome: bool) -> list[tuple[ElementFact, ...]]:
    return [(element,) for element in sample.overflowing if element.in_chrome is in_chrome]


def _sticks_out(sighting: Sighting) -> float:
    """CSS pixels past the window's right or left edge."""
    box = sighting.elements[0].box
    return max(box.x + box.width - sighting.width, -box.x) if box else 0


def _finding(observation: PageObservation, sighting: Sighting, others: list[Sighting]) -> Finding:
    element = sighting.elements[0]
    excess = max(sample.scroll_width - sample.width for sample in sighting.samples)
    page = address(observation)
    named = called(element)
    return Finding(
        fingerprint=fingerprint(KIND, sighting.subject, where(observation.template, shared=sighting.shared)),
        kind=KIND,
        severity=Severity.MEDIUM if excess > _SLIGHT else Severity.LOW,
        confidence=Confidence.FIRM,
        title=title(f"Page scrolls sideways at {sighting.widths}: {named} is too wide"),
        description="On a narrow screen part of the content is out of sight and the page slides about while it is "
        "read. Let the element shrink or wrap (max-width, min-width: 0, overflow-wrap), or let it scroll by itself.",
        url=page,
        selector=element.selector,
        template=observation.template,
        viewport_width=sighting.width,
        box=element.box,
        evidence=evidence(
            widths=sighting.widths,
            page_width=f"{sighting.samples[0].scroll_width} px in a window of {sighting.width} px",
            text=element.text,
            element=element.selector,
            too_wide_as_well="\n".join(f"{other.elements[0].selector} at {other.widths}" for other in others),
        ),
        steps=(f"Open {page} in a window {sighting.width} px wide", "Scroll to the right"),
    )


DETECTOR = Detector("layout-overflow", "Elements that make the page scroll sideways.", (KIND,), detect)

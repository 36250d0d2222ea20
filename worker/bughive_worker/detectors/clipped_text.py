"""Texts that are cut off in the middle of a word or a line, with nothing to show that there is more.

Always Low: a designer may have meant it. Not reported: an ellipsis, clamped lines, boxes that scroll, folded parts,
carousels and tickers, and boxes that end between two lines.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.layout import Sighting, sightings
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import clip, count, evidence, title
from bughive_worker.observation import PageObservation

KIND = "clipped-text"


def detect(observation: PageObservation) -> Iterator[Finding]:
    """What is cut off at any of the widths."""
    for sighting in sightings(observation, lambda sample: [(element,) for element in sample.clipped]):
        yield _finding(observation, sighting)


def _finding(observation: PageObservation, sighting: Sighting) -> Finding:
    element = sighting.elements[0]
    page = address(observation)
    return Finding(
        fingerprint=fingerprint(KIND, sighting.subject, where(observation.template, shared=sighting.shared)),
        kind=KIND,
        severity=Severity.LOW,
        confidence=Confidence.TENTATIVE,
        title=title(f'Text is cut off at {sighting.widths}: "{clip(element.text, 80)}"'),
        description="The end of the text cannot be read. Let it wrap, or show that there is more.",
        url=page,
        selector=element.selector,
        template=observation.template,
        viewport_width=sighting.width,
        box=element.box,
        evidence=evidence(
            widths=sighting.widths,
            text=element.text,
            alike=count(sighting.times, "element") if sighting.times > 1 else None,
        ),
        steps=(f"Open {page} in a window {sighting.width} px wide", f'Look for "{clip(element.text, 80)}"'),
    )


DETECTOR = Detector("clipped-text", "Texts that are cut off without a sign of more.", (KIND,), detect)

"""Texts and controls that lie over each other.

Reports pairs whose lines share a good part of their place. Where both are drawn through each other, neither can be
read; where one paints over the other, it may be meant, so that is Low. Not reported: parents and their children,
badges on pictures, sticky and fixed parts, dialogs, labels and icons inside their field, stacked slides, faint or
huge decorative type, and lines of one paragraph that touch.
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

KIND = "layout-overlap"
_SHORT = 50


def detect(observation: PageObservation) -> Iterator[Finding]:
    """What covers what at any of the widths."""
    for sighting in sightings(observation, lambda sample: sample.overlaps):
        yield _finding(observation, sighting)


def _finding(observation: PageObservation, sighting: Sighting) -> Finding:
    one, other = sighting.elements
    page = address(observation)
    painted_over = one.opaque or other.opaque
    names = [f'"{clip(element.text, _SHORT)}"' for element in (one, other)]
    return Finding(
        fingerprint=fingerprint(KIND, sighting.subject, where(observation.template, shared=sighting.shared)),
        kind=KIND,
        severity=Severity.LOW if painted_over else Severity.MEDIUM,
        confidence=Confidence.TENTATIVE if painted_over else Confidence.FIRM,
        title=title(f"{names[0]} and {names[1]} overlap at {sighting.widths}"),
        description="What lies below cannot be read or used. "
        "Give the elements room: let them wrap, drop the fixed height or the negative margin.",
        url=page,
        selector=other.selector,
        template=observation.template,
        viewport_width=sighting.width,
        box=other.box,
        evidence=evidence(
            widths=sighting.widths,
            one=one.selector,
            other=other.selector,
            alike=count(sighting.times, "pair") if sighting.times > 1 else None,
        ),
        steps=(f"Open {page} in a window {sighting.width} px wide", f"Look at {names[0]} and {names[1]}"),
    )


DETECTOR = Detector("layout-overlap", "Texts and controls that lie over each other.", (KIND,), detect)

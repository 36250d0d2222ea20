"""Ids that two elements of one page share.

Reports each such id once per template. It matters where a label, an anchor or an ARIA attribute refers to the id:
that reaches the first element only. Otherwise it is Low. Not reported: ids inside drawings, whose copies repeat
them harmlessly.
"""

import re
from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import ElementFact, PageObservation

KIND = "duplicate-id"
_NUMBER = re.compile(r"\d+")


def detect(observation: PageObservation) -> Iterator[Finding]:
    """The collector's duplicate ids."""
    for twin in observation.dom.duplicate_ids if observation.dom else ():
        yield _finding(observation, twin)


def _finding(observation: PageObservation, twin: ElementFact) -> Finding:
    referred = observation.dom is not None and twin.text in observation.dom.referenced_ids
    page = address(observation)
    return Finding(
        fingerprint=fingerprint(KIND, _NUMBER.sub("#", twin.text), where(observation.template, shared=twin.in_chrome)),
        kind=KIND,
        severity=Severity.MEDIUM if referred else Severity.LOW,
        confidence=Confidence.CERTAIN,
        title=title(f'The id "{twin.text}" is given twice'),
        description="Labels, anchors, scripts and screen readers that look for the id find the first element only. "
        "Give each element an id of its own.",
        url=page,
        selector=twin.selector,
        template=observation.template,
        box=twin.box,
        evidence=evidence(
            id=twin.text,
            second_element=twin.selector,
            referred_to="by a label, an anchor or ARIA" if referred else None,
        ),
        steps=(f"Open {page}", f'Search its elements for id="{twin.text}": there is more than one'),
    )


DETECTOR = Detector("duplicate-ids", "Ids that several elements of one page share.", (KIND,), detect)

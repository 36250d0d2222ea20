"""Pages that make their visitors wait, jump about, or do not react.

Measured once on the crawl's machine, which is busy with other pages, so the limits are those of Core Web Vitals'
"poor", and only what noise cannot explain is more than Low. One bug of each kind per template. Not reported: error
pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.page import address, loaded_well
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation, Timings


@dataclass(frozen=True, slots=True)
class _Measure:
    kind: str
    low: float
    """From here on it is a bug."""
    medium: float
    """From here on the machine's noise cannot explain it."""
    says: str
    description: str
    unit: str = "ms"


_ANSWER = _Measure(
    "slow-response",
    2_000,
    4_000,
    "The server takes {0:.1f} s to answer",
    "Nothing can be shown before the server answers. Look at its slowest query, and cache what can be cached.",
)
_PAINT = _Measure(
    "slow-page",
    4_000,
    10_000,
    "The main content shows after {0:.1f} s",
    "Visitors leave. Load the largest image or text first, and put scripts and styles off that it does not need.",
)
_TASKS = _Measure(
    "blocked-page",
    2_000,
    8_000,
    "Scripts block the page for {0:.1f} s",
    "While a script runs, the page reacts to nothing. Split the work, or do it in a worker.",
)
_SHIFT = _Measure(
    "layout-shift",
    0.25,
    0.5,
    "The layout jumps while the page loads (CLS {0:.2f})",
    "Visitors lose their line or click on the wrong thing. Reserve the place of images, ads and late content.",
    unit="",
)
_MEASURES = (_ANSWER, _PAINT, _TASKS, _SHIFT)


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Each measure that is poor. A slow answer explains a late paint, which is then no bug of its own."""
    if loaded_well(observation) is None:
        return
    timings = observation.timings
    answer = timings.ttfb or 0
    for measure, value in (
        (_ANSWER, answer),
        (_PAINT, (timings.lcp or 0) - (answer if answer >= _ANSWER.low else 0)),
        (_TASKS, timings.long_tasks or 0),
        (_SHIFT, timings.cls or 0),
    ):
        if value >= measure.low:
            yield _finding(observation, measure, value)


def _finding(observation: PageObservation, measure: _Measure, value: float) -> Finding:
    certain = value >= measure.medium
    page = address(observation)
    shown = value / 1000 if measure.unit else value
    return Finding(
        fingerprint=fingerprint(measure.kind, "page", where(observation.template, shared=False)),
        kind=measure.kind,
        severity=Severity.MEDIUM if certain else Severity.LOW,
        confidence=Confidence.FIRM if certain else Confidence.TENTATIVE,
        title=title(f"{measure.says.format(shown)}: {page}"),
        description=measure.description,
        url=page,
        template=observation.template,
        evidence=evidence(measured=_numbers(observation.timings), limit=f"{measure.low:g} {measure.unit}".strip()),
        steps=(f"Open {page} with the browser's performance panel recording", "Compare with the measured numbers"),
    )


def _numbers(timings: Timings) -> str:
    numbers = {
        "first byte": timings.ttfb,
        "largest paint": timings.lcp,
        "loaded": timings.load,
        "blocked": timings.long_tasks,
    }
    parts = [f"{name} {value:.0f} ms" for name, value in numbers.items() if value is not None]
    return ", ".join([*parts, f"CLS {timings.cls:.2f}"] if timings.cls is not None else parts)


DETECTOR = Detector(
    "slow-pages",
    "Slow answers, late main content, blocking scripts, jumping layout.",
    tuple(measure.kind for measure in _MEASURES),
    detect,
)

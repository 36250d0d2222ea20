"""What a detector is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import PageResult
from bughive_worker.observation import PageObservation


@dataclass(frozen=True, slots=True)
class Detector:
    """A named oracle on a page. ``detect`` is pure: the same observation yields the same findings."""

    name: str
    """What ``spec.checks.enable`` and ``disable`` call it."""
    description: str
    kinds: tuple[str, ...]
    """The kinds of finding it may yield."""
    detect: Callable[[PageObservation], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class SiteDetector:
    """A named oracle on the site as a whole: it compares the pages once all are recorded."""

    name: str
    description: str
    kinds: tuple[str, ...]
    detect: Callable[[Sequence[PageResult]], Iterable[Finding]]

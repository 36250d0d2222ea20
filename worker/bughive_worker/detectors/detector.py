"""What a detector is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import PageResult
from bughive_worker.observation import PageObservation


@dataclass(frozen=True, slots=True)
class Oracle:
    """What all detectors say of themselves."""

    name: str
    """What ``spec.checks.enable`` and ``disable`` call it."""
    description: str
    kinds: tuple[str, ...]
    """The kinds of finding it may yield."""


@dataclass(frozen=True, slots=True)
class Detector(Oracle):
    """An oracle on a page. ``detect`` is pure: the same observation yields the same findings."""

    detect: Callable[[PageObservation], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class SiteDetector(Oracle):
    """An oracle on the site as a whole: it compares the pages once all are recorded."""

    detect: Callable[[Sequence[PageResult]], Iterable[Finding]]

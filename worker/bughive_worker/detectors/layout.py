"""Sightings of layout bugs over several window widths, put together by the elements they are about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bughive_worker.detectors.identity import normal_selector
from bughive_worker.observation import ElementFact, LayoutSample, PageObservation


@dataclass(frozen=True, slots=True)
class Sighting:
    """One bug of the layout, and the widths it shows at."""

    subject: str
    """The normalised selectors of its elements."""
    elements: tuple[ElementFact, ...]
    """Of its first example, at the narrowest width."""
    samples: tuple[LayoutSample, ...]
    """Where it shows; the narrowest first."""
    times: int
    """How many like elements there are at one width, at most."""

    @property
    def width(self) -> int:
        """The narrowest window that shows it, in CSS pixels."""
        return self.samples[0].width

    @property
    def widths(self) -> str:
        """The widths in words."""
        return ", ".join(f"{sample.width} px" for sample in self.samples)

    @property
    def shared(self) -> bool:
        """Whether it lies in the chrome that pages share."""
        return all(element.in_chrome for element in self.elements)


def sightings(
    observation: PageObservation, pick: Callable[[LayoutSample], Iterable[tuple[ElementFact, ...]]]
) -> list[Sighting]:
    """Group what ``pick`` takes of each sample by the elements it is about."""
    groups: dict[str, list[tuple[LayoutSample, tuple[ElementFact, ...]]]] = {}
    for sample in sorted(observation.layout, key=lambda sample: sample.width):
        for elements in pick(sample):
            subject = " and ".join(sorted({normal_selector(element.selector) for element in elements}))
            groups.setdefault(subject, []).append((sample, elements))
    return [_sighting(subject, seen) for subject, seen in groups.items()]


def _sighting(subject: str, seen: list[tuple[LayoutSample, tuple[ElementFact, ...]]]) -> Sighting:
    samples = {sample.width: sample for sample, _ in seen}
    times = max(sum(1 for sample, _ in seen if sample.width == width) for width in samples)
    return Sighting(subject, seen[0][1], tuple(samples.values()), times)

"""The answer key: which bugs are planted, and what a crawl's findings are worth against it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from bughive_crds.model import Severity
from bughive_protocol.finding import Finding

NO_DETECTOR = "none"
ACCESSIBILITY = "accessibility"
_A11Y = "a11y-"
"""What the kinds of accessibility findings begin with; the rule follows."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Match(_Frozen):
    """How a finding is recognised. Everything that is given must hold."""

    kinds: tuple[str, ...] = ()
    rule: str | None = None
    url: str = ".*"
    """Regular expression for the whole path and query of the page it was seen on."""
    text: str = ""
    """Regular expression for a part of what the finding says."""

    def holds(self, finding: Finding) -> bool:
        return (
            any(self._is(kind, finding) for kind in self.kinds)
            and re.fullmatch(self.url, path_of(finding.url)) is not None
            and re.search(self.text, _said(finding)) is not None
        )

    def _is(self, kind: str, finding: Finding) -> bool:
        """Whether the finding is of this kind and rule: accessibility findings have their rule in the kind's name."""
        if kind == ACCESSIBILITY and finding.kind.startswith(_A11Y):
            return self.rule in (None, finding.kind.removeprefix(_A11Y))
        told = self.rule is None or re.search(rf"(?<![\w-]){re.escape(self.rule)}(?![\w-])", _said(finding))
        return finding.kind == kind and bool(told)


class Planted(_Frozen):
    """What plain HTTP shows of a bug. ``path`` is the bug's example page unless it is given."""

    path: str
    post: dict[str, str] | None = None
    """A form to send there; None: GET."""
    status: int | None = None
    has: str | None = None
    lacks: str | None = None
    lacks_header: str | None = None
    redirects_to: str | None = None
    slower_than: float | None = None
    """Seconds."""
    empty: bool = False


class Bug(_Frozen):
    """One planted bug; ``bugs.yaml`` says what each field means."""

    id: str
    kind: str
    severity: Severity
    pages: str
    description: str
    planted: Planted
    example: str
    detector: str
    rule: str | None = None
    width: int | None = None
    selector: str | None = None
    resource: str | None = None
    sign: str | None = None
    match: Match
    consequences: tuple[Match, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, entry: dict[str, Any]) -> dict[str, Any]:
        """What an entry leaves out follows from its kind and its pages."""
        example = entry.get("example") or entry["pages"].replace("\\", "")
        match = {"kinds": [entry["kind"]], "rule": entry.get("rule"), "url": entry["pages"]} | entry.get("match", {})
        planted = {"path": example} | entry["planted"]
        return {"detector": entry["kind"]} | entry | {"example": example, "match": match, "planted": planted}

    @property
    def detectable(self) -> bool:
        """Whether a rule that looks at one page can see it."""
        return self.detector != NO_DETECTOR


@dataclass(frozen=True)
class Found:
    """A planted bug and the finding that names it."""

    bug: Bug
    finding: Finding


@dataclass(frozen=True)
class Score:
    """What a crawl's findings are worth."""

    found: tuple[Found, ...]
    missed: tuple[Bug, ...]
    """Among them those that have no detector."""
    duplicates: tuple[Found, ...]
    """Further findings of a bug that was found already."""
    unexpected: tuple[Finding, ...]
    consequences: tuple[Found, ...]
    """Findings that a planted bug causes beside itself."""

    @property
    def overlooked(self) -> tuple[Bug, ...]:
        """Bugs that a detector should have found."""
        return tuple(bug for bug in self.missed if bug.detectable)

    @property
    def recall(self) -> float:
        """Found bugs among those that have a detector."""
        found = sum(hit.bug.detectable for hit in self.found)
        return found / max(1, found + len(self.overlooked))

    @property
    def recall_of_all(self) -> float:
        """Found bugs among all that are planted."""
        return len(self.found) / max(1, len(self.found) + len(self.missed))

    @property
    def precision(self) -> float:
        """The share of findings that name a planted bug for the first time; consequences are left out."""
        counted = len(self.found) + len(self.duplicates) + len(self.unexpected)
        return len(self.found) / counted if counted else 1.0


@cache
def load_bugs() -> tuple[Bug, ...]:
    """Read ``bugs.yaml``.

    Raises:
        ValueError: an entry is wrong, or two have the same id.
    """
    entries = yaml.safe_load((Path(__file__).parent / "bugs.yaml").read_text(encoding="utf-8"))
    bugs = tuple(Bug.model_validate(entry) for entry in entries)
    if len({bug.id for bug in bugs}) < len(bugs):
        raise ValueError("bugs.yaml has an id twice")
    return bugs


def score(findings: Iterable[Finding], bugs: tuple[Bug, ...] | None = None) -> Score:
    """Hold findings against the key. A finding counts for one bug: the first it fits that is not found yet."""
    bugs = load_bugs() if bugs is None else bugs
    found: dict[str, Found] = {}
    duplicates, consequences, unexpected = [], [], []
    for finding in findings:
        fitting = [bug for bug in bugs if bug.match.holds(finding)]
        fresh = next((bug for bug in fitting if bug.id not in found), None)
        cause = next((bug for bug in bugs if any(match.holds(finding) for match in bug.consequences)), None)
        if fresh:
            found[fresh.id] = Found(fresh, finding)
        elif fitting:
            duplicates.append(Found(fitting[0], finding))
        elif cause:
            consequences.append(Found(cause, finding))
        else:
            unexpected.append(finding)
    missed = tuple(bug for bug in bugs if bug.id not in found)
    return Score(tuple(found.values()), missed, tuple(duplicates), tuple(unexpected), tuple(consequences))


def path_of(url: str) -> str:
    """The path and query of a URL."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _said(finding: Finding) -> str:
    evidence = (f"{item.label} {item.text}" for item in finding.evidence)
    parts = (finding.kind, finding.title, finding.description, finding.selector, finding.resource, finding.url)
    return "\n".join([*(part for part in parts if part), *evidence])

"""Bugs that no rule sees, proposed by a language model and checked by code; runs with `spec.analysis.enabled` only.

The model looks at the first page of each template. What it proposes is reported where its quotes are found on the page,
the element and the addresses are among those that were seen there, and, where it says that clicking something goes
wrong, a click in a fresh browser context shows just that. Such a bug is never above High, and nonsense never above
Medium; it is tentative unless a click reproduced it. Not reported: what would need a form to be sent, and clicks on
what sounds like deleting, paying, ordering, sending or logging out, which BugHive never makes for a model.
"""

from dataclasses import dataclass
from enum import StrEnum

from bughive_crds.model import Severity
from bughive_worker.detectors.detector import Oracle


class SemanticKind(StrEnum):
    """The kinds of bug that a language model may propose."""

    WRONG_TOTAL = "semantic-wrong-total"
    NONSENSE_TEXT = "semantic-nonsense-text"
    MISLEADING_CONTROL = "semantic-misleading-control"
    BROKEN_FLOW = "semantic-broken-flow"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How severe a bug of a kind may be at most."""

    unproven: Severity | None
    """None: it is not reported unless a click reproduced it."""
    reproduced: Severity = Severity.HIGH


CEILINGS = {
    SemanticKind.WRONG_TOTAL: Ceiling(Severity.HIGH),
    SemanticKind.NONSENSE_TEXT: Ceiling(Severity.MEDIUM, Severity.MEDIUM),
    SemanticKind.MISLEADING_CONTROL: Ceiling(Severity.MEDIUM),
    SemanticKind.BROKEN_FLOW: Ceiling(None),
}

ORACLE = Oracle(
    "semantic",
    "Wrong totals, nonsense, misleading controls, broken flows: a language model's proposals that code could check.",
    tuple(SemanticKind),
)

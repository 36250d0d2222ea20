"""What of an answer is believed. Pure: the model proposes, this decides.

Whatever a page talked the model into, what comes out of here are bugs of that page, of four kinds, with quotes that
stand there, at an element that was seen there, no worse than their kind may be; and words beside the bugs that rules
found. Severity, kind and fingerprint of those are never touched.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Evidence, Finding, PlainWords, fingerprint
from bughive_worker.analysis.answer import Answer, Outcome, ProposedAction, ProposedBug, Retelling
from bughive_worker.analysis.caution import harmless
from bughive_worker.analysis.plain_text import visible
from bughive_worker.analysis.question import Question
from bughive_worker.collect.reading import Control
from bughive_worker.detectors.identity import normal_selector, where, without_query_values
from bughive_worker.detectors.semantic import CEILINGS
from bughive_worker.detectors.wording import clip, title

_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+|\b(?:data|javascript|mailto):\S+"
    r"|\b(?:[\w-]+[.\u3002\uff0e\uff61])+[^\W\d_]{2,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.IGNORECASE,
)
"""What looks like an address, to a person or to a program that makes links of such."""
_WHOLE = 4
"""A quote of fewer characters has to be all that an element says."""
_MOST_EXPLANATION = 600


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bug whose evidence is on the page. With an action, it is none before that was tried."""

    finding: Finding
    """As it is to be reported if there is no action, or once the click showed it."""
    action: ProposedAction | None
    control: Control | None
    """What the action clicks."""


def proposals(answer: Answer, question: Question, page: str, model: str, least: Severity) -> tuple[Proposal, ...]:
    """The proposed bugs whose evidence holds, each once.

    Args:
        answer: what the model said.
        question: what it was asked.
        page: the page's address, for people.
        model: the model's id, for people.
        least: less severe bugs are left out.
    """
    seen = _Seen.of(question)
    first: dict[str, Proposal] = {}
    for bug in answer.bugs:
        proposal = _proposal(bug, question, seen, page, model)
        if proposal is not None and proposal.finding.severity.at_least(least):
            first.setdefault(proposal.finding.fingerprint, proposal)
    return tuple(first.values())


def retold(answer: Answer, question: Question) -> Mapping[str, PlainWords]:
    """By fingerprint, the bugs that rules found in plain words; only those that the model was asked about."""
    seen = _Seen.of(question)
    words: dict[str, PlainWords] = {}
    for telling in answer.retold:
        finding = question.bugs.get(telling.bug)
        if finding is not None and seen.knows_addresses_of(_words(telling), also=_told(finding)):
            steps = tuple(visible(step) for step in telling.steps)
            words.setdefault(finding.fingerprint, PlainWords(title=title(visible(telling.title)), steps=steps))
    return words


@dataclass(frozen=True)
class _Seen:
    """What stands on the page."""

    blocks: tuple[str, ...]
    addresses: frozenset[str]

    @classmethod
    def of(cls, question: Question) -> "_Seen":
        reading = question.reading
        texts = (reading.title, *(one.text for one in reading.texts), *(one.name for one in reading.controls))
        links = (without_query_values(one.url) for one in reading.controls if one.url)
        return cls(tuple(filter(None, map(visible, texts))), frozenset((question.address, *links)))

    def has(self, quote: str) -> bool:
        text = visible(quote)
        if len(text) < _WHOLE:
            return text in self.blocks
        return any(text in block for block in self.blocks)

    def knows_addresses_of(self, text: str, also: str = "") -> bool:
        """Whether each address in a text of the model's stands on the page or in what it was told of a bug."""
        known = "\n".join((*self.blocks, *self.addresses, also))
        return all(match[0].rstrip(".,;:!?)\"'") in known for match in _ADDRESS.finditer(text))


def _proposal(bug: ProposedBug, question: Question, seen: _Seen, page: str, model: str) -> Proposal | None:
    element, control = question.elements.get(bug.element), None
    if element is None or not all(seen.has(quote) for quote in bug.quotes):
        return None
    if not seen.knows_addresses_of(f"{bug.title}\n{bug.explanation}"):
        return None
    if bug.action is not None:
        control = question.controls.get(bug.action.control)
        if control is None or not _can_be_tried(bug.action, control, seen):
            return None
    ceiling = CEILINGS[bug.kind]
    most = ceiling.reproduced if bug.action else ceiling.unproven
    if most is None:
        return None
    place = where(question.template, shared=element.in_chrome)
    quotes = (Evidence(label="text", text=visible(quote)) for quote in bug.quotes)
    finding = Finding(
        fingerprint=fingerprint(bug.kind, normal_selector(element.selector), place),
        kind=bug.kind,
        severity=bug.severity if most.at_least(bug.severity) else most,
        confidence=Confidence.FIRM if bug.action else Confidence.TENTATIVE,
        title=title(visible(bug.title)),
        description=clip(visible(bug.explanation), _MOST_EXPLANATION),
        url=page,
        selector=element.selector,
        template=question.template,
        evidence=(*quotes, _by(model, bug.action)),
        steps=_how_to_see(bug, control, page),
    )
    return Proposal(finding, bug.action, control)


def _can_be_tried(action: ProposedAction, control: Control, seen: _Seen) -> bool:
    leads_somewhere_known = action.outcome is not Outcome.GOES_TO or action.text in seen.addresses
    return harmless(control) and leads_somewhere_known and seen.knows_addresses_of(action.text)


def _how_to_see(bug: ProposedBug, control: Control | None, page: str) -> tuple[str, ...]:
    """In our own words: what people are told to do is not left to the model."""
    look = f'Look for "{clip(visible(bug.quotes[0]), 100)}"'
    if bug.action is None or control is None:
        return (f"Open {page}", look)
    text = clip(visible(bug.action.text), 100)
    results = {
        Outcome.NOTHING_CHANGES: "See that nothing happens",
        Outcome.TEXT_APPEARS: f'See that "{text}" appears',
        Outcome.TEXT_DISAPPEARS: f'See that "{text}" disappears',
        Outcome.GOES_TO: f"See that it leads to {text}",
    }
    name = clip(control.name, 100) or control.selector
    return (f"Open {page}", look, f'Click "{name}"', results[bug.action.outcome])


def _by(model: str, action: ProposedAction | None) -> Evidence:
    shown = "a click in a fresh browser context showed it" if action else "the quotes stand on the page"
    return Evidence(label="proposed by", text=f"the language model {model}; {shown}")


def _words(telling: Retelling) -> str:
    return "\n".join((telling.title, *telling.steps))


def _told(finding: Finding) -> str:
    return "\n".join((finding.title, *finding.steps))

"""Text that a program left where a value should stand.

Reports visible ``undefined``, ``NaN``, ``null``, ``[object Object]``, ``Invalid Date``, template marks that were not
filled in (``{{ name }}``, ``${name}``, ``%s``) and lorem ipsum. The words count only where a value would stand: alone,
beside a currency sign or a unit, after a colon or a greeting, between "by" and a date. The same words in several places
of a page are one bug, and so is one unfilled template wherever it shows. Not reported: code, prose about these words,
and quotations; where a page shows code at all, what is found may be its subject and is Low.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import normal_message, normal_selector, where
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import clip, evidence, title
from bughive_worker.observation import ElementFact, PageObservation

KIND = "placeholder-text"
_ABOUT_CODE = 2
"""Pieces of code on a page from which on it may be about programming."""
_MONEY = r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF)\b)"
_UNITS = (
    r"(?:items?|products?|reviews?|stars?|votes?|comments?|views?|minutes?|hours?|days?|people|pages?|kg|km|px|ms)\b"
)
_GREETING = r"\b(?:hello|hi|welcome|welcome back|dear|by|from|for|logged in as)"
_END = r"(?=\s*(?:$|[,.;:!?)\]|]))"
_QUOTED = re.compile(
    r"(?<!\w)[\"'`\u201c\u2018\u00ab][^\"'`\u201d\u2019\u00bb]{1,60}[\"'`\u201d\u2019\u00bb](?!\w)"
    r"|(?i:not[- ]a[- ]number \(NaN\))"
)
"""What is spoken of rather than shown."""
_TITLE_PARTS = re.compile(r"\s[|\u2013\u2014\u00b7-]\s")
_MAY_BE_A_SUBJECT = frozenset({"[object Object]", "Invalid Date", "lorem ipsum"})
"""What a page may be about, as its title then says."""
_SOURCE = re.compile(r"\{\{[^{}]{1,80}\}\}|\{%[^%{}]{1,80}%\}|<%[^%<>]{1,80}%>|\$\{[^{}]{1,60}\}")
"""A template's own text."""


def _value(word: str, *, counts: bool) -> re.Pattern[str]:
    """Where the word stands for a value; ``counts``: it may also be a number of things."""
    places = [
        rf"^\W*{word}(?:\W+{word})*\W*$",
        rf"{_MONEY}\s*-?{word}\b",
        rf"\b{word}\s*(?:%|{_MONEY})",
        rf"[:=#(@]\s*{word}\b{_END}",
        rf"\b{word}\s+(?:{word}|NaN)\b",
        rf"\d\s*(?:/|of)\s*{word}\b|\b{word}\s*(?:/|of)\s*\d",
        rf"(?i:{_GREETING}),?\s+{word}\b{_END}",
        rf"(?i:{_GREETING})\s+{word}\s+(?:on|at|\||\u00b7|-|\u2013|\u2014)\s+(?:[\w.]+,?\s+){{0,2}}\d",
    ]
    if counts:
        places.append(rf"\b{word}\s+{_UNITS}")
    return re.compile("|".join(places))


@dataclass(frozen=True, slots=True)
class _Sign:
    name: str
    pattern: re.Pattern[str]


_SIGNS = (
    _Sign("[object Object]", re.compile(r"\[object [A-Z]\w+\]")),
    _Sign("undefined", _value("undefined", counts=True)),
    _Sign("NaN", _value("NaN", counts=True)),
    _Sign("null", _value("null", counts=False)),
    _Sign("Infinity", re.compile(rf"{_MONEY}\s*Infinity\b|\bInfinity\s*(?:%|{_MONEY}|{_UNITS})")),
    _Sign("Invalid Date", re.compile(r"\bInvalid Date\b(?!\s+[a-z])")),
    _Sign("template", _SOURCE),
    _Sign("format", re.compile(r"%\(\w+\)[sd]\b|(?<![\w%])%(?:\d\$)?[sd](?![\w%])|(?<![\w/${])\{\d\}(?![\w}])")),
    _Sign("missing translation", re.compile(r"(?i)\btranslation[ _]missing\b(?:: |:\s*\w+\.|$)")),
    _Sign("lorem ipsum", re.compile(r"(?i)^\W*lorem ipsum\b|\blorem ipsum dolor\b|\bdolor sit amet\b")),
)


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Visible text, and the title."""
    dom = observation.dom
    if dom is None:
        return
    about = dom.title.casefold()
    told: set[tuple[str, str]] = set()
    for block in dom.suspicious_texts:
        sign = sign_in(block.text)
        if sign is None or (sign in _MAY_BE_A_SUBJECT and sign.casefold() in about):
            continue
        likenesses = {(sign, normal_selector(block.selector)), (sign, normal_message(block.text))}
        if told.isdisjoint(likenesses):
            yield _finding(observation, block, sign)
        told |= likenesses
    for part in _TITLE_PARTS.split(dom.title):
        sign = sign_in(part)
        if sign and (sign not in _MAY_BE_A_SUBJECT or part.strip() == sign):
            yield _finding(observation, ElementFact("head > title", dom.title), sign)
            break


def sign_in(text: str) -> str | None:
    """The name of the first sign that stands for a value in this text, if one does."""
    plain = _QUOTED.sub(" ", text)
    return next((sign.name for sign in _SIGNS if sign.pattern.search(plain)), None)


def _finding(observation: PageObservation, block: ElementFact, sign: str) -> Finding:
    page = address(observation)
    sure = observation.dom is not None and observation.dom.code_blocks < _ABOUT_CODE
    # A template's source is the same in every page that shows it; a value is missing in a place.
    source = "".join(_SOURCE.findall(block.text)) if sign == "template" else ""
    subject = f"{sign} {source or normal_selector(block.selector)}"
    return Finding(
        fingerprint=fingerprint(KIND, subject, where(observation.template, shared=block.in_chrome or bool(source))),
        kind=KIND,
        severity=Severity.MEDIUM if sure else Severity.LOW,
        confidence=Confidence.FIRM if sure else Confidence.TENTATIVE,
        title=title(f'Placeholder in the text: "{clip(block.text, 100)}"'),
        description="A value was missing when this text was made, or a template was not filled in. "
        "Supply the value, or leave the text out while there is none.",
        url=page,
        selector=block.selector,
        template=observation.template,
        box=block.box,
        evidence=evidence(text=block.text, sign=sign),
        steps=(f"Open {page}", f'Look for "{clip(block.text, 100)}"'),
    )


DETECTOR = Detector(
    "placeholder-text", "undefined, NaN, unfilled templates, lorem ipsum in visible text.", (KIND,), detect
)

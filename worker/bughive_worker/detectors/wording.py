"""How findings speak: bounded texts, and the steps that lead to a bug."""

from bughive_protocol.finding import Evidence

_TITLE = 190
"""Characters; a CrawlReport's titles may have 200."""
_EVIDENCE = 1000


def title(text: str) -> str:
    """A title of one line that fits every report."""
    return clip(" ".join(text.split()), _TITLE)


def clip(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it has more than ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def evidence(**facts: object) -> tuple[Evidence, ...]:
    """Labelled facts in their order, without those that are missing; ``_`` in a label reads as a space."""
    return tuple(
        Evidence(label=label.replace("_", " "), text=clip(str(fact), _EVIDENCE))
        for label, fact in facts.items()
        if fact is not None and fact != ""
    )


def count(number: int, noun: str) -> str:
    """``1 link``, ``2 links``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

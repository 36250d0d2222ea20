"""What holds for every visit of a session."""

from dataclasses import dataclass

from bughive_worker.browser.reach import FailureOf, nowhere

ANSWER_SECONDS = 8.0


@dataclass(frozen=True)
class VisitRules:
    """What holds for every visit of a session."""

    timeout: float
    """Seconds a page may take to load."""
    answer: float = ANSWER_SECONDS
    """Seconds a page that is there may take to answer: the small bound that is added to ``timeout``."""
    dismiss: tuple[str, ...] = ()
    failure_of: FailureOf = nowhere
    traits: bool = True
    """Whether to look for what may need the full inspection."""
    digests: bool = False
    """Whether to fetch the document's bytes from the browser once more, for their digest."""

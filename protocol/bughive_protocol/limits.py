"""How much one session may hold."""

from dataclasses import dataclass

MAX_SOURCES = 5
"""How many of the pages that link to a link are kept by name."""
MAX_LEFT_OUT = 10_000
"""How many of the pages that are left out are remembered."""
MIB = 1024 * 1024
MAX_IMAGE_BYTES = 32 * MIB
"""How much room a session's pictures may take in Redis until they are uploaded."""
MAX_PENDING_BYTES = 128 * MIB
"""And those of all sessions together, unless a setting says otherwise: a sixth of the chart's Redis."""

MAX_SEEN_BYTES = 64 * MIB
"""How much room all that sessions saw of pages may take, kept for later ones: of a whole installation."""
MAX_SEEN_PAGE_BYTES = 128 * 1024
"""And what was seen of one page."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a frontier holds at most."""

    max_pages: int
    """Pages claimed or recorded: ``scope.maxPages``."""
    max_known: int = 0
    """Pages, and as many links, that are remembered; further ones are dropped. 0: ten a page, at least 1000."""

    def __post_init__(self) -> None:
        if not self.max_known:
            object.__setattr__(self, "max_known", max(1000, 10 * self.max_pages))

"""What models cost. Pure. Money is in millionths of a US dollar, so a price per million tokens is one per token."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

DEFAULT = "claude-haiku-5-5=0.10/0.50,claude-sonnet-5-5=2/10,claude-opus-5-5=4/20"
_ENTRY = re.compile(r"(?P<model>[A-Za-z0-9][A-Za-z0-9._:@-]*)=(?P<input>\d+(\.\d+)?)/(?P<output>\d+(\.\d+)?)")
_CACHE_WRITE = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call."""

    input: int
    output: int
    cache_written: int = 0
    """Kept by the provider for later calls, which costs a quarter more."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal

    def of(self, usage: Usage) -> int:
        """What a call costs, rounded up."""
        read = self.input * (usage.input + _CACHE_WRITE * usage.cache_written)
        return math.ceil(read + self.output * usage.output)


def parse_prices(text: str) -> Mapping[str, Price]:
    """Read ``model=input/output,...``. Raises ValueError, which names the entry that is wrong."""
    prices = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"{entry!r} is no price; write MODEL=INPUT/OUTPUT in US dollars for a million tokens")
        prices[match["model"]] = Price(Decimal(match["input"]), Decimal(match["output"]))
    return prices

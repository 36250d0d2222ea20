"""On which terms a session asks: the spec's wish within the administrator's bounds. Pure."""

from dataclasses import dataclass

from bughive_crds.analysis import AnalysisSpec, AnalysisStop
from bughive_protocol.ledger import MICRO, Allowance
from bughive_worker.analysis.prices import Price, parse_prices
from bughive_worker.analysis.settings import AnalysisSettings


@dataclass(frozen=True, slots=True)
class Terms:
    """Whom a session asks, at what price, and how much."""

    namespace: str
    """Nobody else's answers are its own."""
    model: str
    price: Price
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class NoTerms:
    """Why a session asks nobody."""

    stop: AnalysisStop
    message: str


def terms_of(wish: AnalysisSpec, settings: AnalysisSettings | None, namespace: str) -> Terms | NoTerms:
    """The terms, or why there are none. ``settings`` is None in a process that has none."""
    if settings is None or settings.anthropic_api_key is None:
        return NoTerms(
            AnalysisStop.NO_KEY,
            "analysis was asked for, no key is configured: all bugs are found by rules alone. "
            "The administrator sets ANTHROPIC_API_KEY of the workers.",
        )
    prices = parse_prices(settings.analysis_prices)
    model = wish.model or settings.analysis_model
    if model not in prices:
        return NoTerms(
            AnalysisStop.UNKNOWN_MODEL,
            f"analysis.model is {model}, for which no price is set. There are: {', '.join(sorted(prices))}. "
            "Name one of them, or have BUGHIVE_ANALYSIS_PRICES of the workers extended.",
        )
    most = min(wish.max_usd, settings.analysis_max_usd)
    return Terms(namespace, model, prices[model], Allowance(int(most * MICRO), wish.max_pages))

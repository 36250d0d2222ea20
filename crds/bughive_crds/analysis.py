"""What a session asks of a language model, and what came of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bughive_crds.model import ApiModel, Rule
from bughive_crds.text import ModelName

MIN_USD = 0.01


class AnalysisSpec(ApiModel):
    """Whether a language model looks at pages, which one, and what that may cost."""

    rules = (
        # The API server casts `minimum: 0.01` to an integer when the value is one, and so lets 0 pass.
        Rule(
            cel=f"!has(self.maxUSD) || self.maxUSD >= {MIN_USD}",
            holds=lambda analysis: analysis.max_usd >= MIN_USD,
            message=f"maxUSD must be at least {MIN_USD}; to ask no model, leave enabled false",
        ),
    )

    enabled: bool = False
    """Let a language model look at the first page of each template: for bugs that rules cannot see, and to tell those
    that rules found in plain words. Needs a key of the administrator's; without one the crawl is complete with rules
    alone, and its status says so. The texts and links of those pages and, unless `artifacts.screenshots` is None, a
    picture of each are sent to the model's provider."""
    model: ModelName | None = None
    """The model's id, one of those that the administrator has set a price for. Unset: the administrator's choice."""
    max_usd: Annotated[float, Field(le=1000)] = Field(default=1, alias="maxUSD")
    """The most that this session may spend on the model, in US dollars, 0.01 at least. No call is made whose worst cost
    would go beyond; the administrator may have set less."""
    max_pages: Annotated[int, Field(ge=1, le=10_000)] = 50
    """The most pages that the model is asked about. What an earlier session asked in the same words is not asked again,
    costs nothing and does not count."""


class AnalysisStop(StrEnum):
    """Why the model is not, or no longer, asked."""

    NO_KEY = "NoKey"
    UNKNOWN_MODEL = "UnknownModel"
    """No price is set for it."""
    BUDGET_REACHED = "BudgetReached"
    MAX_PAGES_REACHED = "MaxPagesReached"
    KEY_REFUSED = "KeyRefused"
    """The provider answered 401 or 403."""
    REQUEST_REFUSED = "RequestRefused"
    """The provider answered with another error that trying again cannot mend, such as 400."""
    SPEND_LIMIT_REACHED = "SpendLimitReached"
    """The limit that is set at the provider's."""
    UNAVAILABLE = "Unavailable"
    """Several pages in a row got no answer."""
    EGRESS_REFUSED = "EgressRefused"
    """The egress guard forbids the provider's address."""


class AnalysisStatus(ApiModel):
    """What the language model was asked, and what that cost."""

    pages: int = 0
    """Pages that it was asked about."""
    recalled: int = 0
    """Pages whose answer an earlier session had paid for."""
    calls: int = 0
    """Requests to the provider, those that failed among them."""
    unusable: int = 0
    """Answers that were dropped: a refusal, cut off, or not in the form that was asked for."""
    usd: float = 0
    """What it cost, in US dollars by the prices that are set. A call whose end is not known counts in full."""
    stopped: AnalysisStop | None = None
    """Why it was not, or no longer, asked. Unset: nothing was in the way."""
    message: Annotated[str, Field(max_length=500)] | None = None
    """The same as a sentence, with what to do about it."""

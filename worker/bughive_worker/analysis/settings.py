"""The administrator's part of the analysis: key, address, models and prices."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bughive_worker.analysis.prices import DEFAULT, parse_prices


class AnalysisSettings(BaseSettings):
    """How a process may ask a language model. Without a key, none is asked."""

    model_config = SettingsConfigDict(
        env_prefix="BUGHIVE_", frozen=True, extra="ignore", use_attribute_docstrings=True, populate_by_name=True
    )

    anthropic_api_key: Annotated[SecretStr | None, Field(alias="anthropic_api_key")] = None
    """Lets sessions with `analysis.enabled` ask a language model. Without it a crawl is complete with rules alone."""
    anthropic_base_url: Annotated[
        str, Field(alias="anthropic_base_url", pattern=r"^https?://[^\s/@?#]+(/[^\s?#]*)?$")
    ] = "https://api.anthropic.com"
    """Where the models are: the provider's own address, or a gateway that speaks as it does, such as
    `http://llm-gateway.ai.svc:8080`. A private address is allowed: you chose it. Crawls may not go there for that."""
    analysis_model: str = "claude-haiku-5-5"
    """The model for sessions that name none. It needs a price."""
    analysis_prices: str = DEFAULT
    """Which models sessions may ask, and what they cost in US dollars for a million tokens:
    `MODEL=INPUT/OUTPUT`, separated by commas. A model without a price is not asked."""
    analysis_max_usd: Annotated[float, Field(ge=0)] = 10
    """The most that one session may spend on the model in US dollars, whatever its `analysis.maxUSD` says."""

    @field_validator("analysis_prices")
    @classmethod
    def _are_prices(cls, text: str) -> str:
        parse_prices(text)
        return text

    @field_validator("anthropic_api_key")
    @classmethod
    def _is_given(cls, key: SecretStr | None) -> SecretStr | None:
        return key if key and key.get_secret_value().strip() else None

    @model_validator(mode="after")
    def _has_a_price(self) -> "AnalysisSettings":
        known = parse_prices(self.analysis_prices)
        if self.analysis_model not in known:
            raise ValueError(
                f"no price is set for BUGHIVE_ANALYSIS_MODEL={self.analysis_model}; "
                f"add {self.analysis_model}=INPUT/OUTPUT to BUGHIVE_ANALYSIS_PRICES"
            )
        return self

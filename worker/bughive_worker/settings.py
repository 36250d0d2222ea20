"""The settings of a worker, read once at its start."""

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from bughive_protocol.settings import RedisSettings
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress import EgressPolicy

_PLAIN = frozenset({*RedisSettings.model_fields, "anthropic_api_key", "linear_api_key"})
"""Fields whose environment variables have no prefix."""


def _variable(field: str) -> str:
    return field if field in _PLAIN else f"bughive_{field}"


class WorkerSettings(RedisSettings, BrowserSettings):
    """What a worker needs to know. Each field is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="", alias_generator=_variable, populate_by_name=True)

    artifact_url: str = "file:///var/lib/bughive/artifacts"
    """Where reports are written: `file://` and an absolute directory that all workers share."""
    egress_allow_cidrs: Annotated[tuple[str, ...], NoDecode] = ()
    """Private networks that crawls may reach, separated by commas, such as `10.20.0.0/16,127.0.0.1/32`.
    Without them every private, loopback and link-local address is refused."""
    egress_allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names that crawls may reach though they resolve to private addresses, separated by commas, such as
    `shop.internal,*.test.internal`."""
    slice_seconds: Annotated[float, Field(gt=0, le=2400)] = 2400
    """After this many seconds a crawl hands over, and waits for its next turn like any other session."""
    health_file: Path | None = None
    """A file that is touched every 5 s while the worker is well; `bughive-worker --check-health` reads its age."""
    anthropic_api_key: SecretStr | None = None
    """Switches on the analysis by a language model, in versions that have it. A crawl works without."""
    linear_api_key: SecretStr | None = None
    """Switches on tickets in Linear, in versions that have them. A crawl works without."""

    @field_validator("egress_allow_cidrs", "egress_allow_hosts", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    @field_validator("egress_allow_cidrs")
    @classmethod
    def _are_networks(cls, cidrs: tuple[str, ...]) -> tuple[str, ...]:
        EgressPolicy.parse(allow_cidrs=cidrs)
        return cidrs

    @field_validator("egress_allow_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        EgressPolicy.parse(allow_hosts=hosts)
        return hosts

    @field_validator("artifact_url")
    @classmethod
    def _is_a_directory(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc or not parts.path.startswith("/"):
            raise ValueError("must be file:// and an absolute directory, such as file:///var/lib/bughive/artifacts")
        return url

    @property
    def artifact_directory(self) -> Path:
        """The directory that ``artifact_url`` names."""
        return Path(unquote(urlsplit(self.artifact_url).path))

    @property
    def egress_policy(self) -> EgressPolicy:
        """Where the administrator lets crawls go."""
        return EgressPolicy.parse(self.egress_allow_cidrs, self.egress_allow_hosts)

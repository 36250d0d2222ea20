"""Where the administrator lets crawls go."""

from typing import Annotated

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bughive_worker.net.egress import EgressPolicy


class EgressSettings(BaseSettings):
    """The allow-list of the egress guard; nothing in a session's spec can widen it."""

    model_config = SettingsConfigDict(env_prefix="BUGHIVE_", frozen=True, extra="ignore", use_attribute_docstrings=True)

    egress_allow_cidrs: Annotated[tuple[str, ...], NoDecode] = ()
    """Private networks that crawls and integrations may reach, on every port, separated by commas, such as
    `10.20.0.0/16,127.0.0.1/32`. Without them every private, loopback and link-local address is refused
    ([security.md](security.md))."""
    egress_allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names that crawls and integrations may reach though they resolve to private addresses, and on other ports than
    those of web servers (80, 443, 8000-9999), separated by commas, such as `shop.internal,*.test.internal`."""

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

    def egress_policy(self, *trusted_hosts: str) -> EgressPolicy:
        """The policy, with hosts that are trusted besides: those that whoever runs the process chose."""
        return EgressPolicy.parse(self.egress_allow_cidrs, (*self.egress_allow_hosts, *trusted_hosts))

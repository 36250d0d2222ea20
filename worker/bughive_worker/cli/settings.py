"""The settings of ``bughive crawl``: those of the browser, and where it may go."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import field_validator
from pydantic_settings import NoDecode

from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress import EgressPolicy


class CliSettings(BrowserSettings):
    """Environment variables that begin with ``BUGHIVE_``."""

    egress_allow_cidrs: Annotated[tuple[str, ...], NoDecode] = ()
    """Private networks that a crawl may reach, separated by commas. The host of a URL on the command line always is."""
    egress_allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names that a crawl may reach though they resolve to private addresses, separated by commas."""

    @field_validator("egress_allow_cidrs", "egress_allow_hosts", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given

    def egress_policy(self, trusted_hosts: Sequence[str]) -> EgressPolicy:
        """Where the crawl may go, ``trusted_hosts`` included."""
        return EgressPolicy.parse(self.egress_allow_cidrs, (*self.egress_allow_hosts, *trusted_hosts))

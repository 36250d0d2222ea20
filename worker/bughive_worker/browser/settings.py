"""How this process runs its browser."""

import os
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _two_per_core() -> int:
    return min(8, 2 * len(os.sched_getaffinity(0)))


class BrowserSettings(BaseSettings):
    """Environment variables that begin with ``BUGHIVE_``; the browser's part of a process' settings."""

    model_config = SettingsConfigDict(env_prefix="BUGHIVE_", frozen=True, extra="ignore", use_attribute_docstrings=True)

    chromium: str = ""
    """The browser's executable. By default chromium-headless-shell, chrome-headless-shell, chromium or google-chrome
    on PATH, else the one that `playwright install` brings."""
    chromium_sandbox: bool = False
    """Whether Chromium sandboxes its renderers; needs user namespaces, which pods are mostly denied."""
    browser_pages: Annotated[int, Field(ge=1, le=32)] = Field(default_factory=_two_per_core)
    """How many pages are visited at once. By default two per core, at most 8."""
    browser_recycle_pages: Annotated[int, Field(ge=1)] = 2000
    """After this many pages the browser is replaced by a new one."""
    browser_recycle_mib: Annotated[int, Field(ge=256)] = 2048
    """When the browser's processes take more than this together, in MiB, it is replaced by a new one."""

"""The settings of ``bughive crawl``: those of the browser, and where it may go."""

from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress_settings import EgressSettings


class CliSettings(EgressSettings, BrowserSettings):
    """Environment variables that begin with ``BUGHIVE_``. The host of the start URL is always allowed."""

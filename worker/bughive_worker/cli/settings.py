"""The settings of ``bughive crawl``: those of the browser, where it may go, and of the language model."""

from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress_settings import EgressSettings


class CliSettings(EgressSettings, BrowserSettings, AnalysisSettings):
    """Environment variables that begin with ``BUGHIVE_``, and the provider's own two.

    The host of the start URL is always allowed.
    """

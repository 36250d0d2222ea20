"""The settings of a worker, read once at its start."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.limits import MAX_PENDING_BYTES, MIB
from bughive_protocol.settings import RedisSettings
from bughive_protocol.ticket_record import TrackerName
from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.net.egress_settings import EgressSettings

_METRICS = ("metrics_endpoint", "prometheus_multiproc_dir")
_PLAIN = frozenset({*RedisSettings.model_fields, *ArtifactSettings.model_fields, "linear_api_key", *_METRICS})
"""Fields whose environment variables have no prefix."""
_WEB_URL = r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"


def _variable(field: str) -> str:
    return field if field in _PLAIN else f"bughive_{field}"


class WorkerSettings(RedisSettings, ArtifactSettings, EgressSettings, BrowserSettings, AnalysisSettings):
    """What a worker needs to know. Each field is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="", alias_generator=_variable, populate_by_name=True)

    artifact_retention_days: Annotated[float, Field(ge=0)] = 30
    """`cleanup_old_sessions` removes reports that are older than this, in days, and whose CrawlSession is gone. 0: it
    removes none."""
    pending_pictures_mib: Annotated[int, Field(ge=1)] = MAX_PENDING_BYTES // MIB
    """How much room the pictures of all sessions together may take in Redis until they are uploaded, in MiB; those of
    one session may take 32, and those of whole pages half of either. A crawl that finds no room waits up to 10 s, then
    goes on without the picture. More than a quarter of Redis' maxmemory leaves too little for everything else."""
    history_retention_days: Annotated[float, Field(ge=0)] = 365
    """A bug that no session of its site has seen for so long, in days, is forgotten: should it come back, it is new.
    0: none is forgotten."""
    dead_letter_days: Annotated[float, Field(ge=0)] = 14
    """`cleanup_old_sessions` removes dead letters that are older than this, in days. 0: it removes none."""
    slice_seconds: Annotated[float, Field(gt=0, le=2400)] = 2400
    """After this many seconds a crawl hands over, and waits for its next turn like any other session."""
    health_file: Path | None = None
    """A file that is touched every 5 s while the worker is well; `bughive-worker --check-health` reads its age."""
    metrics_endpoint: Annotated[str, Field(pattern=r"^(http://[^\s/]+/\S*)?$")] = ""
    """Where Prometheus asks for metrics, such as `http://0.0.0.0:9090/metrics`. Empty: nowhere."""
    prometheus_multiproc_dir: Path | None = None
    """A directory of this worker's own, best in memory, where its processes keep their metrics; its `*.db` files are
    removed at start and end. By default a temporary one."""
    linear_api_key: SecretStr | None = None
    """The key to Linear of sessions with `tickets.linear` that name no Secret: whoever may make such sessions, in
    whichever namespace, opens tickets by it. Without it each of them must name one."""
    linear_api_url: Annotated[str, Field(pattern=_WEB_URL)] = "https://api.linear.app/graphql"
    """Linear's API. Its host is trusted, even if it is private."""
    github_api_url: Annotated[str, Field(pattern=_WEB_URL)] = "https://api.github.com"
    """GitHub's REST API, or that of a GitHub Enterprise Server, such as `https://github.example.com/api/v3`. Its host
    is trusted, even if it is private."""

    def tracker_hosts(self, tracker: TrackerName) -> tuple[str, ...]:
        """The host of this issue tracker, where the administrator chose it; that of the default needs no trust."""
        field = f"{tracker}_api_url"
        return (urlsplit(getattr(self, field)).hostname or "",) if field in self.model_fields_set else ()

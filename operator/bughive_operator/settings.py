"""The operator's settings, read once at its start from environment variables of the fields' names."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel
from pydantic_settings import NoDecode

from bughive_operator.policy import Policy
from bughive_operator.quota import Quota, Quotas
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.lease import TAKEOVER_GRACE_SECONDS
from bughive_protocol.queues import TENANT_QUEUE
from bughive_protocol.settings import RedisSettings

Seconds = Annotated[float, Field(gt=0)]
PerSecond = Annotated[float, Field(gt=0)]
TenantQueue = Annotated[str, Field(pattern=TENANT_QUEUE)]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Endpoint = Annotated[str, Field(pattern=r"^(http://[^\s/]+/\S*)?$")]


class NamespaceQuota(BaseModel):
    """The limits of one namespace."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", populate_by_name=True)

    max_running: Annotated[int, Field(ge=0)] | None = None
    max_pages: Annotated[int, Field(ge=0)] | None = None

    def quota(self) -> Quota:
        """The same for the line."""
        return Quota(self.max_running, self.max_pages)


class OperatorSettings(RedisSettings, ArtifactSettings):
    """What the operator watches, how much it lets run, and how patient it is."""

    kubeconfig: str = ""
    """The kubeconfig file to connect by. Empty: the pod's service account, or else `~/.kube/config`."""
    watch_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """The namespaces to watch, separated by commas. Empty: the whole cluster."""
    max_running: Annotated[int, Field(ge=1)] = 10
    """How many sessions may be queued or running at once, over all namespaces (of a queue, see TENANT_QUEUES)."""
    max_pages: Annotated[int, Field(ge=0)] = 0
    """How many pages sessions that are queued or running may have together, by their `spec.scope.maxPages`. 0: no
    limit."""
    namespace_max_running: Annotated[int, Field(ge=0)] = 0
    """How many sessions of one namespace may be queued or running at once. 0: no limit but MAX_RUNNING."""
    namespace_max_pages: Annotated[int, Field(ge=0)] = 0
    """How many pages those of one namespace may have together. 0: no limit but MAX_PAGES."""
    namespace_quotas: Annotated[dict[str, NamespaceQuota], Field(default_factory=dict)]
    """Namespaces with limits of their own in place of these two, as JSON:
    `{"team-a": {"maxRunning": 5, "maxPages": 20000}}`; a limit that is left out is none."""
    tenant_queues: Annotated[dict[Namespace, TenantQueue], Field(default_factory=dict)]
    """Namespaces whose sessions go to crawl queues of their own, as JSON: `{"team-a": "crawl-team-a"}`. A name begins
    with `crawl-`; several namespaces may share a queue. MAX_RUNNING and MAX_PAGES hold for each queue by itself. Each
    needs workers of its own: `bughive-worker --queues crawl-team-a`."""
    aging_seconds: Seconds = 600
    """For each time as long as this that a session waits, it counts as one priority more urgent; once it has waited
    for one more than there are priorities above its own, it goes before all others, so that nobody waits for ever."""
    lease_namespace: str = ""
    """The namespace of the Lease by which several operators agree on which one works. Empty: this one works alone."""
    lease_name: str = "bughive-operator"
    """The name of that Lease."""
    worker_namespace: str = ""
    """The namespace of the workers' pods, which then are annotated with what their deletion would cost, so that
    scale-in takes idle ones first. Empty: none is."""
    health_endpoint: Endpoint = ""
    """Where to answer liveness probes, such as `http://0.0.0.0:8080/healthz`, and Prometheus at `/metrics` of the same
    host and port. Empty: nowhere."""
    reports_endpoint: Annotated[str, Field(pattern=r"^(http://[^\s/]+/reports)?$")] = ""
    """Where to serve reports, leader or not, such as `http://0.0.0.0:8082/reports`. It has no login:
    keep it inside the cluster, or behind an Ingress that has one. Empty: nowhere."""
    reports_service: Annotated[str, Field(pattern=r"^([a-z0-9.-]+/[a-z0-9-]+:[a-z0-9-]+)?$")] = ""
    """The Service in front of REPORTS_ENDPOINT, as `NAMESPACE/NAME:PORT`, such as `bughive/bughive-operator:reports`.
    Each CrawlReport names it, so that `bughive report` finds it. Empty: `bughive report` cannot fetch reports."""
    credentials_role: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")] = "bughive-credentials"
    """The ClusterRole by which a namespace lets the operator read its Secrets. The operator only names it, in the
    command that it tells those who have not bound it."""
    stale_seconds: Seconds = 60
    """A loop that has not turned for this long makes the liveness probe fail."""
    # Each may hold a connection to Redis at the same time, and redis-py's pool refuses the 101st.
    reconcile_workers: Annotated[int, Field(ge=1, le=64)] = 16
    """How many sessions are worked on at the same time."""
    transitions_per_second: PerSecond = 100
    """The most status patches per second that tell of a transition."""
    progress_per_second: PerSecond = 50
    """The most status patches per second that tell of progress only."""
    progress_interval_seconds: Seconds = 10
    """A session's progress is shown at most once in this time."""
    redis_poll_seconds: Seconds = 1
    """How often Redis is asked what changed."""
    outbox_seconds: Seconds = 2
    """How often what happened to sessions is handed on to webhooks and the like. Bugs that were found in between go
    into one message."""
    resync_seconds: Seconds = 60
    """How often every unfinished session is looked at again, whether anything changed or not; but for those that are
    behind the 100th place in line."""
    sweep_seconds: Seconds = 300
    """How often all sessions are listed, to stop work whose resource is gone."""
    resend_after_seconds: Seconds = 30
    """A message that no worker took for this long is sent again; the wait doubles each time."""
    stop_grace_seconds: Seconds = 30
    """How long a worker may take to suspend or stop before it is fenced off."""
    takeover_grace_seconds: Seconds = TAKEOVER_GRACE_SECONDS
    """How long after its lease ran out a worker counts as dead."""
    backoff_seconds: Seconds = 60
    """The wait after a session's first error; it doubles with each further one."""
    poison_attempts: Annotated[int, Field(ge=1)] = 3
    """A session fails when so many attempts in a row lost their worker without crawling a page."""

    @field_validator("health_endpoint")
    @classmethod
    def _leaves_metrics_alone(cls, url: str) -> str:
        if urlsplit(url).path == "/metrics":
            raise ValueError("/metrics is where Prometheus asks; choose another path, such as /healthz")
        return url

    @field_validator("watch_namespaces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    def quotas(self) -> Quotas:
        """How much may run at once."""
        return Quotas(
            total=Quota(self.max_running, self.max_pages or None),
            namespace=Quota(self.namespace_max_running or None, self.namespace_max_pages or None),
            namespaces={namespace: given.quota() for namespace, given in self.namespace_quotas.items()},
        )

    def policy(self) -> Policy:
        """The numbers that ``plan`` decides by."""
        return Policy(
            max_running=self.max_running,
            tenant_queues=self.tenant_queues,
            resend_after=self.resend_after_seconds,
            stop_grace=self.stop_grace_seconds,
            takeover_grace=self.takeover_grace_seconds,
            backoff=self.backoff_seconds,
            poison_attempts=self.poison_attempts,
        )

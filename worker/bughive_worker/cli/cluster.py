"""The API server as kubectl reaches it: by the user's kubeconfig, with the user's rights."""

from dataclasses import dataclass
from typing import Any

from bughive_protocol.errors import PermanentError, TransientError

TIMEOUT_SECONDS = (10, 120)
"""To connect, and between two pieces of an answer."""


class NoCluster(PermanentError):
    """There is no cluster to ask; the message says what to do."""


class ClusterAway(TransientError):
    """The API server cannot be reached."""


@dataclass(frozen=True)
class Answer:
    """What the API server, or a Service behind it, answered."""

    status: int
    content: bytes
    is_status: bool
    """Is it the API server's own refusal, and no answer of a Service?"""

    @property
    def text(self) -> str:
        """For people."""
        return self.content.decode(errors="replace").strip()


class UserCluster:
    """The cluster of the kubeconfig's current context."""

    def __init__(self) -> None:
        """Read the kubeconfig.

        Raises:
            NoCluster: there is none, or no client to use it.
        """
        try:
            from kubernetes import config
            from kubernetes.client import ApiClient, Configuration
        except ImportError as error:
            raise NoCluster(
                "bughive report needs the Kubernetes client, which is not installed. Install BugHive with its extra "
                "cli, such as by pip install '.[cli]' in a checkout."
            ) from error
        configuration = Configuration()
        try:
            config.load_kube_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
            _, context = config.list_kube_config_contexts()  # type: ignore[no-untyped-call]
        except config.ConfigException as error:
            raise NoCluster(f"KUBECONFIG: no cluster to connect to ({error}). Does kubectl work here?") from error
        self.namespace: str = context["context"].get("namespace") or "default"
        """The current context's namespace."""
        self._client: ApiClient = ApiClient(configuration)

    def get(self, path: str, query: dict[str, str] | None = None) -> Answer:
        """Ask for a path, whatever is answered.

        Raises:
            ClusterAway: nothing is.
        """
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        request = self._client.param_serialize(
            method="GET",
            resource_path=path,
            query_params=list((query or {}).items()),
            header_params={"Accept": "application/json, */*"},
            auth_settings=["BearerToken"],
        )
        try:
            response: Any = self._client.call_api(*request, _request_timeout=TIMEOUT_SECONDS)
            content: bytes = response.read()
        except (HTTPError, ApiException) as error:
            raise ClusterAway(f"the API server cannot be reached: {error}") from error
        json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(response.status, content, is_status=json and b'"kind":"Status"' in content[:200])

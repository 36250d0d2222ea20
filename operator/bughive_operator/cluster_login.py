"""How to reach the API server, and as whom: one login for our own calls and for kopf's watches."""

from pathlib import Path

import kopf
from kubernetes import config
from kubernetes.client import ApiClient, Configuration

_DEFAULT_FILE = Path("~/.kube/config")


class NoCluster(Exception):
    """There is no cluster to connect to; the message says what to set."""


def log_in(kubeconfig: str, threads: int) -> ApiClient:
    """A client by the kubeconfig that is named, else by the pod's service account, else by the user's kubeconfig.

    Raises:
        NoCluster: there is none of them, or it cannot be read.
    """
    configuration = Configuration()
    file = kubeconfig or (str(_DEFAULT_FILE) if _DEFAULT_FILE.expanduser().exists() else "")
    try:
        if kubeconfig or (file and not _in_pod()):
            config.load_kube_config(file, client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        raise NoCluster(
            f"KUBECONFIG: no cluster to connect to ({error}). Set KUBECONFIG to a kubeconfig file, or run in a pod "
            "with a service account."
        ) from error
    configuration.connection_pool_maxsize = threads
    return ApiClient(configuration)


def kopf_credentials(client: ApiClient) -> kopf.ConnectionInfo:
    """The same login for kopf."""
    configuration = client.configuration
    header = configuration.get_api_key_with_prefix("BearerToken", alias="authorization") or ""
    return kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        scheme="Bearer" if header else None,
        token=header.rpartition(" ")[2] or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
    )


def _in_pod() -> bool:
    return Path("/var/run/secrets/kubernetes.io/serviceaccount/token").exists()

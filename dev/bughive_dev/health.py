"""Is a program of the control plane well? Each is asked over TLS on loopback."""

import http.client
import ssl
from pathlib import Path

from bughive_dev.control_plane import LOOPBACK

WELL = "ok"
TIMEOUT_SECONDS = 2.0
PATHS = {
    "etcd": "/health",
    "kube-apiserver": "/readyz",
    "kube-controller-manager": "/healthz",
    "kube-scheduler": "/healthz",
}
DEFAULT_ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


class Health:
    """Asks as the cluster's administrator, with the certificates under its `home`."""

    def __init__(self, home: Path) -> None:
        self._context = ssl.create_default_context(cafile=home / "ca.crt")
        self._context.load_cert_chain(home / "admin.crt", home / "admin.key")

    def of(self, program: str, port: int) -> str:
        """Say `WELL`, or in a few words what is wrong."""
        return self._get(port, PATHS[program])

    def serves_accounts(self, apiserver_port: int) -> bool:
        """Has the default service account been made? Only then can a namespace be used."""
        return self._get(apiserver_port, DEFAULT_ACCOUNT) == WELL

    def _get(self, port: int, path: str) -> str:
        connection = http.client.HTTPSConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS, context=self._context)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"no answer ({type(error).__name__})"
        finally:
            connection.close()
        return WELL if status == http.HTTPStatus.OK else f"HTTP {status}"

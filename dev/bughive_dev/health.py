"""Is a program of the cluster well? Each is asked over TLS."""

import http.client
import ssl
from pathlib import Path

from bughive_dev.program import Program, Running

WELL = "ok"
TIMEOUT_SECONDS = 2.0
PATHS = {
    "etcd": "/health",
    "kube-apiserver": "/readyz",
    "kube-controller-manager": "/healthz",
    "kube-scheduler": "/healthz",
    "kubelet": "/healthz",
}
DEFAULT_ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


class Health:
    """Asks as the cluster's administrator, with the certificates under its `home`."""

    def __init__(self, home: Path) -> None:
        self._context = ssl.create_default_context(cafile=home / "ca.crt")
        self._context.load_cert_chain(home / "admin.crt", home / "admin.key")

    def of(self, program: Program | Running) -> str:
        """Say `WELL`, or in a few words what is wrong. A program without a port has only to run."""
        # A node's programs are called NODE.PROGRAM.
        return self._get(program.host, program.port, PATHS[program.name.rpartition(".")[2]]) if program.port else WELL

    def serves_accounts(self, apiserver: Program) -> bool:
        """Has the default service account been made? Only then can a namespace be used."""
        return self._get(apiserver.host, apiserver.port, DEFAULT_ACCOUNT) == WELL

    def _get(self, host: str, port: int, path: str) -> str:
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=self._context)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"no answer ({type(error).__name__})"
        finally:
            connection.close()
        return WELL if status == http.HTTPStatus.OK else f"HTTP {status}"

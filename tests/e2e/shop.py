"""The demo shop as a site in the cluster."""

import base64
import io
import tarfile

from bughive_dev.checkout import ROOT
from bughive_dev.images import image_name

from .kube import Kube

_RUN = """
import runpy, sys, tarfile
tarfile.open("/site/site.tgz").extractall("/tmp")
sys.argv[1:] = ["--host", "0.0.0.0", "--port", "8000"]
runpy.run_path("/tmp/tests/sites/shop", run_name="__main__")
"""


def serve_shop(kube: Kube) -> str:
    """Serve the demo shop in the cluster. Returns its URL.

    Its files travel in a ConfigMap; the Python it needs is in the worker's image.
    """
    labels, meta = {"app": "shop"}, {"name": "shop", "namespace": "shop"}
    container = {
        "name": "shop",
        "image": image_name("worker"),
        "imagePullPolicy": "Never",
        "args": ["python", "-c", _RUN],
        "ports": [{"containerPort": 8000}],
        "readinessProbe": {"httpGet": {"path": "/", "port": 8000}, "periodSeconds": 2},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "volumeMounts": [{"name": "site", "mountPath": "/site"}],
    }
    pod = {"containers": [container], "volumes": [{"name": "site", "configMap": {"name": "shop"}}]}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    service = {"selector": labels, "ports": [{"port": 8000}]}
    kube.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "binaryData": {"site.tgz": _site()}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": service},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec},
    )
    kube.kubectl("rollout", "status", "-n", "shop", "deployment/shop", "--timeout=90s")
    return "http://shop.shop.svc:8000/"


def _site() -> str:
    packed = io.BytesIO()
    sites = ROOT / "tests/sites"
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in (*sorted(sites.glob("*.py")), sites / "shop"):
            archive.add(path, f"tests/sites/{path.name}", filter=_source)
    return base64.b64encode(packed.getvalue()).decode()


def _source(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in entry.name else entry

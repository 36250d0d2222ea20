"""The flags that a control plane needs for nodes: kubelets, the metrics API, and an autoscaler in a hurry."""

from pathlib import Path

AGGREGATION_CLIENT = "front-proxy-client"

AUTOSCALER = {
    "horizontal-pod-autoscaler-sync-period": "5s",
    "horizontal-pod-autoscaler-downscale-stabilization": "15s",
    "horizontal-pod-autoscaler-cpu-initialization-period": "20s",
    "horizontal-pod-autoscaler-initial-readiness-delay": "5s",
}
"""A test cannot wait for the five minutes that are usual."""


def flags(home: Path) -> dict[str, dict[str, object]]:
    """Flags by program, beside those of every control plane; certificates are under `home`."""
    return {
        "kube-apiserver": {
            "endpoint-reconciler-type": "lease",
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": "true",
            "kubelet-client-certificate": home / "admin.crt",
            "kubelet-client-key": home / "admin.key",
            "kubelet-certificate-authority": home / "ca.crt",
            "kubelet-preferred-address-types": "InternalIP",
            "requestheader-client-ca-file": home / "ca.crt",
            "requestheader-allowed-names": AGGREGATION_CLIENT,
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-username-headers": "X-Remote-User",
            "proxy-client-cert-file": home / "front-proxy.crt",
            "proxy-client-key-file": home / "front-proxy.key",
            "enable-aggregator-routing": "true",  # this machine reaches pods, and has no kube-proxy
        },
        "kube-controller-manager": {"node-monitor-grace-period": "20s", **AUTOSCALER},
    }

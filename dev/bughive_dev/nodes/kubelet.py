"""The configurations of kubelet and kube-proxy. JSON is YAML."""

import json
from pathlib import Path

from bughive_dev.nodes.addresses import DNS, POD_RANGE, Address
from bughive_dev.nodes.cgroups import PREFIX

PORT = 10250


def kubelet_config(address: Address, home: Path) -> str:
    """KubeletConfiguration; certificates are under `home`, the cluster's directory."""
    return json.dumps(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(home / "ca.crt")},
            },
            "authorization": {"mode": "Webhook"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{PREFIX}{address.name}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "enforceNodeAllocatable": [],
            "clusterDNS": [DNS],
            "clusterDomain": "cluster.local",
            "resolvConf": "",
            "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
            "tlsCertFile": str(home / f"{address.name}.crt"),
            "tlsPrivateKeyFile": str(home / f"{address.name}.key"),
            "evictionHard": {"memory.available": "100Mi"},
            "imageGCHighThresholdPercent": 100,
            "nodeStatusUpdateFrequency": "5s",
            "nodeLeaseDurationSeconds": 20,
        },
        indent=2,
    )


def kube_proxy_config(address: Address, home: Path) -> str:
    """KubeProxyConfiguration; it changes nothing of the machine's connection tracking."""
    return json.dumps(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "clientConnection": {"kubeconfig": str(home / "kube-proxy.kubeconfig")},
            "mode": "iptables",
            "hostnameOverride": address.name,
            "clusterCIDR": POD_RANGE,
            "conntrack": {
                "maxPerCore": 0,
                "min": 0,
                "tcpEstablishedTimeout": "0s",
                "tcpCloseWaitTimeout": "0s",
            },
        },
        indent=2,
    )

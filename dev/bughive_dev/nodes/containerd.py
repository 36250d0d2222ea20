"""containerd's and CNI's configuration in a node."""

import json
from pathlib import Path

from bughive_dev.nodes.addresses import Address
from bughive_dev.nodes.requirements import CNI

PAUSE_IMAGE = "localhost/pause:1"
UNUSED = ("btrfs", "zfs", "aufs", "devmapper")


def containerd_config(home: Path) -> str:
    """containerd.toml; `home` is the node's directory."""
    disabled = json.dumps([f"io.containerd.snapshotter.v1.{name}" for name in UNUSED])
    return f"""version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = {disabled}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI}"
    conf_dir = "{home / "cni"}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
"""


def cni_config(address: Address) -> str:
    """The pods' network. ptp routes every packet: replies of Services find back without br_netfilter."""
    ranges = [[{"subnet": address.pods}]]
    ipam = {"type": "host-local", "ranges": ranges, "routes": [{"dst": "0.0.0.0/0"}]}
    plugins = [
        {"type": "ptp", "ipMasq": False, "ipam": ipam},
        {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True},
    ]
    return json.dumps({"cniVersion": "1.0.0", "name": "ptp", "plugins": plugins}, indent=2)

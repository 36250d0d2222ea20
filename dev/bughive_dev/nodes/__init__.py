"""Nodes on this machine without Docker: kubelet, containerd and kube-proxy in namespaces of their own. Needs root."""

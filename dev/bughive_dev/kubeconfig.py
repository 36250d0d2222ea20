"""Kubeconfig files. JSON is YAML, so every reader of kubeconfigs takes it."""

import json
from base64 import b64encode
from pathlib import Path

from bughive_dev.pki import KeyPair
from bughive_dev.private_file import write_private


def write_kubeconfig(path: Path, server: str, authority: bytes, user: KeyPair) -> Path:
    """Write a kubeconfig with all certificates in it, so that it can be copied and moved."""
    name = "bughive-dev"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": _text(authority)}}],
        "users": [
            {
                "name": name,
                "user": {"client-certificate-data": _text(user.certificate), "client-key-data": _text(user.key)},
            }
        ],
    }
    return write_private(path, json.dumps(document, indent=2).encode())


def _text(pem: bytes) -> str:
    return b64encode(pem).decode()

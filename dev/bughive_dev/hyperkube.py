"""The one binary with all of Kubernetes in it, built once for all checkouts of a user."""

import hashlib
import platform
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import HYPERKUBE_MODULE, cache_directory
from bughive_dev.go_program import build_go_program, from_go_mod

SOURCES = ("go.mod", "go.sum", "main.go")


def hyperkube() -> Path:
    """The path of the binary, which is built first where the cache does not have it (minutes).

    Raises:
        SetupError: it cannot be built.
    """
    return cached(_entry(), _build)


def is_built() -> bool:
    """Is the binary in the cache?"""
    return _entry().exists()


def kubernetes_version(module: Path = HYPERKUBE_MODULE) -> str:
    """The version of Kubernetes that go.mod asks for, such as 1.35.4."""
    return from_go_mod(module, r"^\tk8s\.io/kubernetes v(\S+)$")


def cache_key(module: Path = HYPERKUBE_MODULE) -> str:
    """What the binary is made of: Kubernetes' version, the machine's architecture, and a hash of the sources.

    Go's own version is left out: a newer Go is no reason to build for minutes again.
    """
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode() + b"\0" + (module / name).read_bytes() + b"\0")
    return f"{kubernetes_version(module)}-{platform.machine()}-{digest.hexdigest()[:12]}"


def _entry() -> Path:
    return cache_directory() / f"hyperkube/{cache_key()}"


def _build(target: Path) -> None:
    version = kubernetes_version()
    print("this takes about 7 minutes on two cores", flush=True)
    build_go_program(f"Kubernetes {version}", HYPERKUBE_MODULE, ".", target, _link_flags(version))


def _link_flags(version: str) -> str:
    major, minor, _ = version.split(".", 2)
    facts = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    stamps = [f"-X {package}.{name}={value}" for package in packages for name, value in facts.items()]
    return " ".join(["-s", "-w", *stamps])

"""The one binary with all of Kubernetes in it, built once for all checkouts of a user."""

from pathlib import Path

from bughive_dev.checkout import HYPERKUBE_MODULE
from bughive_dev.go_module import GoModule

SOURCES = ("go.mod", "go.sum", "main.go")


def hyperkube() -> Path:
    """The path of the binary, which is built first where the cache does not have it (minutes).

    Raises:
        SetupError: it cannot be built.
    """
    return _module().binary(_link_flags(kubernetes_version()))


def is_built() -> bool:
    """Is the binary in the cache?"""
    return _module().entry.exists()


def kubernetes_version(module: Path = HYPERKUBE_MODULE) -> str:
    """The version of Kubernetes that go.mod asks for, such as 1.35.4."""
    return _module(module).version


def cache_key(module: Path = HYPERKUBE_MODULE) -> str:
    """What the binary is made of, see `GoModule.cache_key`."""
    return _module(module).cache_key


def _module(path: Path = HYPERKUBE_MODULE) -> GoModule:
    return GoModule(
        name="hyperkube",
        title="Kubernetes",
        path=path,
        sources=SOURCES,
        version_of="k8s.io/kubernetes",
        takes="about 7 minutes on two cores",
    )


def _link_flags(version: str) -> str:
    major, minor, _ = version.split(".", 2)
    facts = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(f"-X {package}.{name}={value}" for package in packages for name, value in facts.items())

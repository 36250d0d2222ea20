"""The helm program, built once for all checkouts of a user."""

import hashlib
import platform
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import ROOT, cache_directory
from bughive_dev.go_program import build_go_program, from_go_mod

MODULE = ROOT / "dev/helm"
PACKAGE = "helm.sh/helm/v4/cmd/helm"


def helm() -> Path:
    """The path of the program, which is built first where the cache does not have it (a minute or two).

    Raises:
        SetupError: it cannot be built.
    """
    digest = hashlib.sha256(b"\0".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))).hexdigest()[:12]
    return cached(cache_directory() / f"helm/{_version()}-{platform.machine()}-{digest}", _build)


def _version() -> str:
    return from_go_mod(MODULE, r"^\thelm\.sh/helm/v4 v(\S+)")


def _build(target: Path) -> None:
    stamp = f"-X helm.sh/helm/v4/internal/version.version=v{_version()}"
    build_go_program(f"helm {_version()}", MODULE, PACKAGE, target, f"-s -w {stamp}")

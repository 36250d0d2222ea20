"""The helm program, built once for all checkouts of a user."""

from pathlib import Path

from bughive_dev.checkout import ROOT
from bughive_dev.go_module import GoModule

HELM = GoModule(
    name="helm",
    title="Helm",
    path=ROOT / "dev/helm",
    sources=("go.mod", "go.sum"),
    takes="about two minutes",
    version_of="helm.sh/helm/v4",
    package="helm.sh/helm/v4/cmd/helm",
)


def helm() -> Path:
    """The path of the program, which is built first where the cache does not have it.

    Raises:
        SetupError: it cannot be built.
    """
    return HELM.binary(f"-X helm.sh/helm/v4/internal/version.version=v{HELM.version}")

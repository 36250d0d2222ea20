"""kube-score, which reads manifests for what goes wrong in production; built once for all checkouts of a user."""

from pathlib import Path

from bughive_dev.checkout import ROOT
from bughive_dev.go_module import GoModule

KUBE_SCORE = GoModule(
    name="kube-score",
    title="kube-score",
    path=ROOT / "dev/kube-score",
    sources=("go.mod", "go.sum"),
    takes="about a minute",
    version_of="github.com/zegl/kube-score",
    package="github.com/zegl/kube-score/cmd/kube-score",
)


def kube_score() -> Path:
    """The path of the program, which is built first where the cache does not have it.

    Raises:
        SetupError: it cannot be built.
    """
    return KUBE_SCORE.binary(f"-X main.version={KUBE_SCORE.version}")

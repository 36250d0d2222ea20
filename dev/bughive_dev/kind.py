"""`make kind-up`: the same images in a kind cluster, where there is Docker."""

import shutil
import subprocess

from bughive_dev.errors import SetupError
from bughive_dev.images import OUTPUT

NAME = "bughive"


def kind_up() -> int:
    """Create a kind cluster, if it is not there, and load the images that `make images` built."""
    for program in ("docker", "kind"):
        if shutil.which(program) is None:
            raise SetupError(f"{program} is missing; without it, as root: make cluster-up NODES=2")
    archives = sorted(OUTPUT.glob("*.tar"))
    if not archives:
        raise SetupError("there are no images: run `make images` first")
    clusters = subprocess.run(["kind", "get", "clusters"], capture_output=True, text=True, check=False).stdout.split()
    if NAME not in clusters:
        _kind("create", "cluster", "--name", NAME, "--wait", "120s")
    for archive in archives:
        _kind("load", "image-archive", "--name", NAME, str(archive))
    print(f"  kubectl --context kind-{NAME} get nodes")
    return 0


def _kind(*arguments: str) -> None:
    if subprocess.run(["kind", *arguments], check=False).returncode:
        raise SetupError(f"kind {' '.join(arguments)} failed")

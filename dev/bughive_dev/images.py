"""Builds the images: the Dockerfile's with Docker where it runs, else with buildah on a base made by debootstrap.

Those of the artifact store and of this machine's Redis, for clusters without a registry, are written without either.
"""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

from bughive_dev.base_image import base_image
from bughive_dev.checkout import ROOT, cache_directory
from bughive_dev.errors import SetupError
from bughive_dev.image_archive import Image, write_archive
from bughive_dev.packages import install_packages
from bughive_dev.redis_image import build_redis_image
from bughive_dev.versitygw import PROGRAMS, artifact_store

TARGETS = ("operator", "worker")
ARTIFACTS = "artifacts"
REDIS = "redis"
BASE = "localhost/debian:bookworm-slim"
OUTPUT = ROOT / "build/images"


def image_name(target: str) -> str:
    """The image's full name, such as localhost/bughive-operator:0.1.0."""
    return f"localhost/bughive-{target}:{_version()}"


def build_images() -> dict[str, Path]:
    """Build the images and save each as a docker archive. Returns the archives by target.

    Raises:
        SetupError: there is nothing to build with, or the build failed.
    """
    OUTPUT.mkdir(parents=True, exist_ok=True)
    artifacts = _artifacts(OUTPUT / f"{ARTIFACTS}.tar")
    builder = _docker if _docker_runs() else _buildah
    archives = {target: builder(target, OUTPUT / f"{target}.tar") for target in TARGETS}
    redis = build_redis_image(image_name(REDIS), OUTPUT / f"{REDIS}.tar")
    return archives | {ARTIFACTS: artifacts, REDIS: redis}


def _artifacts(archive: Path) -> Path:
    programs = {f"/{name}": artifact_store() / name for name in PROGRAMS}
    write_archive(archive, Image(image_name(ARTIFACTS), programs, ("/artifact-store",), user="10001:10001"))
    return archive


def _docker_runs() -> bool:
    return (
        shutil.which("docker") is not None
        and not subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    )


def _docker(target: str, archive: Path) -> Path:
    _run(["docker", "build", *_options(target), str(ROOT)])
    _run(["docker", "save", "--output", str(archive), image_name(target)])
    return archive


def _buildah(target: str, archive: Path) -> Path:
    if os.geteuid():
        raise SetupError("There is nothing to build images with: start Docker, or run as root on Debian.")
    install_packages(lambda: [name for name in ("buildah", "debootstrap") if shutil.which(name) is None])
    store = cache_directory() / "images/store"
    buildah = ["buildah", "--root", str(store), "--runroot", f"{store}-run", "--storage-driver", "overlay"]
    if subprocess.run([*buildah, "inspect", "--type", "image", BASE], capture_output=True, check=False).returncode:
        container = _run([*buildah, "from", "scratch"]).strip()
        _run([*buildah, "add", "--quiet", container, str(base_image()), "/"])
        _run([*buildah, "commit", "--quiet", "--rm", container, BASE])
    how = ["--isolation", "chroot", "--layers", "--pull-never", "--format", "docker"]
    _run([*buildah, "bud", *how, "--build-arg", f"BASE_IMAGE={BASE}", *_options(target), str(ROOT)])
    archive.unlink(missing_ok=True)  # buildah does not write over one
    _run([*buildah, "push", "--quiet", image_name(target), f"docker-archive:{archive}:{image_name(target)}"])
    return archive


def _options(target: str) -> list[str]:
    revision = _run(["git", "-C", str(ROOT), "rev-parse", "HEAD"]).strip()
    arguments = ["--build-arg", f"VERSION={_version()}", "--build-arg", f"REVISION={revision}"]
    return ["--target", target, "--tag", image_name(target), *arguments]


def _version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version


def _run(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise SetupError(f"{' '.join(command[:1])} failed:\n" + "\n".join(done.stdout.splitlines()[-30:]))
    return done.stdout

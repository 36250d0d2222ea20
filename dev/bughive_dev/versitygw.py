"""The S3 store of the chart and of the tests: versitygw, built once for all checkouts of a user."""

import shutil
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import ROOT, cache_directory
from bughive_dev.go_module import GoModule

VERSITYGW = GoModule(
    name="versitygw",
    title="versitygw",
    path=ROOT / "dev/versitygw",
    sources=("go.mod", "go.sum", "main.go"),
    takes="a minute or two",
    version_of="github.com/versity/versitygw",
    package="github.com/versity/versitygw/cmd/versitygw",
)
STARTER = GoModule(
    name="artifact-store-starter",
    title="the artifact store's starter",
    path=VERSITYGW.path,
    sources=VERSITYGW.sources,
    takes="seconds",
)
PROGRAMS = ("artifact-store", "versitygw")
"""What makes the store's folders and becomes the other, and the store itself."""


def artifact_store() -> Path:
    """The folder of the store's programs, which are built first where the cache does not have them (a minute or two).

    Raises:
        SetupError: they cannot be built.
    """
    return cached(_entry(), _build)


def is_built() -> bool:
    """Are the programs in the cache?"""
    return _entry().exists()


def _entry() -> Path:
    return cache_directory() / f"artifact-store/{VERSITYGW.cache_key}"


def _build(folder: Path) -> None:
    store = VERSITYGW.binary(f"-X main.Version=v{VERSITYGW.version}")
    folder.mkdir()
    for name, program in zip(PROGRAMS, (STARTER.binary(), store), strict=True):
        shutil.copy2(program, folder / name)

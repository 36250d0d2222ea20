"""The S3 store of the chart and of the tests: versitygw, built once for all checkouts of a user."""

import hashlib
import platform
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import ROOT, cache_directory
from bughive_dev.go_program import build_go_program, from_go_mod

MODULE = ROOT / "dev/versitygw"
PACKAGE = "github.com/versity/versitygw/cmd/versitygw"
SOURCES = ("go.mod", "go.sum", "main.go")
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


def versitygw_version() -> str:
    """The version that go.mod asks for, such as 1.8.0."""
    return from_go_mod(MODULE, r"^\tgithub\.com/versity/versitygw v(\S+)")


def _entry() -> Path:
    digest = hashlib.sha256(b"\0".join((MODULE / name).read_bytes() for name in SOURCES)).hexdigest()[:12]
    return cache_directory() / f"versitygw/{versitygw_version()}-{platform.machine()}-{digest}"


def _build(folder: Path) -> None:
    folder.mkdir()
    version = versitygw_version()
    build_go_program("artifact-store", MODULE, ".", folder / "artifact-store")
    build_go_program(f"versitygw {version}", MODULE, PACKAGE, folder / "versitygw", f"-s -w -X main.Version=v{version}")

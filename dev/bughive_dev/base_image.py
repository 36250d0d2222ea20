"""A root file system like that of `debian:bookworm-slim`, from this machine's package sources, without a registry."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import cache_directory
from bughive_dev.errors import SetupError

SUITE = "bookworm"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
_SLIM = """path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
"""
_EMPTIED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt/archives", "var/lib/apt/lists")


def base_image() -> Path:
    """The folder of the file system, made once for all checkouts (about 40 s; needs root).

    What reaches the package sources from here comes along: settings of apt and pip, and trusted certificates.

    Raises:
        SetupError: debootstrap failed.
    """
    return cached(cache_directory() / f"images/{SUITE}-slim", _bootstrap)


def _bootstrap(root: Path) -> None:
    command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(root), _mirror()]
    with tempfile.TemporaryFile("w+") as output:
        if subprocess.run(command, stdout=output, stderr=output, check=False).returncode:
            output.seek(0)
            raise SetupError("debootstrap failed:\n" + "".join(output.readlines()[-15:]))
    shutil.copy(SOURCES, root / "etc/apt/sources.list.d")
    (root / "etc/apt/sources.list").write_text("")
    for settings in Path("/etc/apt/apt.conf.d").glob("99*"):
        shutil.copy(settings, root / "etc/apt/apt.conf.d")
    if Path("/etc/pip.conf").is_file():
        shutil.copy("/etc/pip.conf", root / "etc/pip.conf")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs")
    for certificate in Path("/usr/local/share/ca-certificates").glob("*.crt"):
        shutil.copy(certificate, root / "usr/local/share/ca-certificates")
    (root / "etc/dpkg/dpkg.cfg.d/slim").write_text(_SLIM)
    for name in _EMPTIED:
        shutil.rmtree(root / name)
        (root / name).mkdir()
    (root / "var/cache/apt/archives/partial").mkdir()


def _mirror() -> str:
    if SOURCES.is_file():
        for line in SOURCES.read_text().splitlines():
            if line.startswith("URIs:"):
                return line.split()[1]
    raise SetupError(f"{SOURCES} names no package source: write one there (man sources.list, deb822 style)")

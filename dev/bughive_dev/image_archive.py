"""Docker archives of images that start from nothing: a few files and how to run them. Needs no builder."""

import hashlib
import io
import json
import platform
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Go's names for the machine's."""


@dataclass(frozen=True)
class Image:
    """One image: `files` by their place in it, `directories` that everybody may write to."""

    name: str
    files: Mapping[str, Path]
    entrypoint: tuple[str, ...]
    directories: tuple[str, ...] = ()
    user: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


def write_archive(target: Path, image: Image) -> None:
    """Write the image as `docker save` would; the same files make the same archive."""
    with tempfile.NamedTemporaryFile(dir=target.parent) as layer:
        _write_layer(Path(layer.name), image)
        with Path(layer.name).open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        config = _config(image, digest)
        config_name = f"{hashlib.sha256(config).hexdigest()}.json"
        manifest = [{"Config": config_name, "RepoTags": [image.name], "Layers": ["layer.tar"]}]
        with tarfile.open(target, "w") as archive:
            _add(archive, config_name, config)
            archive.add(layer.name, "layer.tar", filter=_anonymous)
            _add(archive, "manifest.json", json.dumps(manifest).encode())


def _write_layer(path: Path, image: Image) -> None:
    with tarfile.open(path, "w") as layer:
        for directory in image.directories:
            entry = tarfile.TarInfo(directory.lstrip("/"))
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
            layer.addfile(entry)
        for place, source in image.files.items():
            layer.add(source.resolve(), place.lstrip("/"), filter=_anonymous)


def _config(image: Image, layer_digest: str) -> bytes:
    machine = platform.machine()
    return json.dumps(
        {
            "architecture": ARCHITECTURES.get(machine, machine),
            "os": "linux",
            "config": {
                "Entrypoint": list(image.entrypoint),
                "User": image.user,
                "Env": [f"{name}={value}" for name, value in image.env.items()],
            },
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
            "history": [{}],
        }
    ).encode()


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755
    return entry


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))

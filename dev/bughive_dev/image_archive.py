"""Writes an image FROM scratch as a docker archive: static programs need no builder, no base and no root."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def write_archive(
    path: Path, name: str, files: Mapping[str, Path], entrypoint: Sequence[str], user: str, labels: Mapping[str, str]
) -> None:
    """Write the archive; the same files give the same bytes.

    Args:
        path: the archive.
        name: the image's full name, such as localhost/bughive-artifacts:0.1.0.
        files: what is in it: absolute paths, and the files to put there, all executable and root's.
        entrypoint: the command that runs.
        user: ``uid:gid`` that it runs as.
        labels: what the image says of itself.
    """
    layer = _layer(files)
    config = json.dumps(
        {
            "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": {"Entrypoint": list(entrypoint), "User": user, "Labels": dict(labels), "WorkingDir": "/"},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
            "history": [{"created_by": "bughive_dev.image_archive"}],
        }
    ).encode()
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as archive:
        for member, content in ((config_name, config), ("layer.tar", layer), ("manifest.json", manifest)):
            _add(archive, member, content, 0o644)


def _layer(files: Mapping[str, Path]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as layer:
        for target, source in sorted(files.items()):
            _add(layer, target.lstrip("/"), source.read_bytes(), 0o755)
    return packed.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))

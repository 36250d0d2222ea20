"""Where an artifact store is, as its URL says."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_KINDS = (
    "must be s3://BUCKET or s3://BUCKET/FOLDER, such as s3://bughive/production, or file:// and an absolute directory, "
    "such as file:///var/lib/bughive/artifacts"
)


@dataclass(frozen=True)
class Directory:
    """``file://``: a directory that all who write and read share."""

    path: Path


@dataclass(frozen=True)
class Bucket:
    """``s3://``: a bucket, and the folder in it that is ours; an empty folder is the whole bucket."""

    name: str
    folder: str


def parse_artifact_url(url: str) -> Directory | Bucket:
    """Read an artifact store's URL. Raises ValueError where it names none, with what to write instead."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return Directory(Path(unquote(parts.path)))
    folders = [part for part in parts.path.split("/") if part]
    if (
        parts.scheme == "s3"
        and _BUCKET.fullmatch(parts.netloc)
        and all(_FOLDER.fullmatch(folder) for folder in folders)
        and not (parts.query or parts.fragment)
    ):
        return Bucket(parts.netloc, "/".join(folders))
    raise ValueError(_KINDS)

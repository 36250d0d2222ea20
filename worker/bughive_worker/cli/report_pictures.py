"""The pictures that go with a report: there may be ten thousand of them, and some may be gone."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from bughive_protocol.artifact_names import is_picture, picture_name
from bughive_protocol.errors import PermanentError


def fetch_pictures(
    report: bytes, folder: Path, read: Callable[[str], bytes], write: Callable[[str, bytes], None]
) -> None:
    """Fetch the pictures that a ``report.json`` names, one after the other, but for those that the folder has.

    So whoever was interrupted has what came before, and goes on from there. Those that are gone are counted and told.

    Raises:
        TransientError: a picture cannot be had now.
    """
    names = _names(report)
    gone: list[PermanentError] = []
    for name in names:
        if _has(folder, name):
            continue
        try:
            content = read(name)
        except PermanentError as error:
            gone.append(error)
        else:
            write(name, content)
    if gone:
        sys.stderr.write(f"{len(gone)} of {len(names)} pictures cannot be had; of the last one: {gone[-1]}\n")


def _names(report: bytes) -> list[str]:
    document = json.loads(report)
    named = (part.get("picture") for part in (*document["findings"], *document.get("crawled", ())))
    # They become files' names here, whoever wrote the report.
    return sorted({picture["name"] for picture in named if picture and is_picture(picture["name"])})


def _has(folder: Path, name: str) -> bool:
    """Whether the file is there, whole: a picture is called by its content."""
    file = folder / name
    return file.is_file() and picture_name(file.read_bytes()) == name

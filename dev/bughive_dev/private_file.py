"""Files that only their owner may read: keys, and what holds them."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that is never readable by others, not even while it is written."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path

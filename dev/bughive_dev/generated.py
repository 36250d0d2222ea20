"""Files that are generated and committed: written anew, or compared, as the command line says."""

import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_check(files: Mapping[Path, str], module: str) -> int:
    """Write the texts, or with ``--check`` say which are not there yet. Returns the exit code."""
    stale = {path: text for path, text in files.items() if not path.is_file() or path.read_text() != text}
    if "--check" not in sys.argv[1:]:
        for path, text in stale.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return 0
    for path in stale:
        sys.stderr.write(f"{path.parent.name}/{path.name} is stale: run `python -m {module}`\n")
    return 1 if stale else 0

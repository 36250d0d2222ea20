"""Files that are generated and committed: written anew, or compared, as the command line says."""

import sys
from pathlib import Path


def write_or_check(page: Path, text: str, module: str) -> int:
    """Write the text, or with ``--check`` say whether it is there already. Returns the exit code."""
    if "--check" not in sys.argv[1:]:
        page.write_text(text)
        return 0
    if page.is_file() and page.read_text() == text:
        return 0
    sys.stderr.write(f"{page.parent.name}/{page.name} is stale: run `python -m {module}`\n")
    return 1

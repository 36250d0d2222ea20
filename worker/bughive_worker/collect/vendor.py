"""Takes axe-core from npm into the package: run once at set-up, never at run time.

``python -m bughive_worker.collect.vendor`` asks the npm client for the pinned version, compares the package with
the digest written here, and keeps its one script. The file is not committed; the build takes it into the wheel.
"""

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

from bughive_protocol.errors import PermanentError

VERSION = "4.14.1"
PACKAGE = f"axe-core@{VERSION}"
INTEGRITY = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""The SHA-512 of the package's archive, as ``npm view axe-core@4.14.1 dist.integrity`` names it."""
SCRIPT = Path(__file__).parents[1] / "vendor" / "axe.min.js"
_MEMBER = "package/axe.min.js"
_NPM_SECONDS = 120


@cache
def axe_source() -> str:
    """The text of axe-core's script.

    Raises:
        PermanentError: it was not taken in at set-up.
    """
    try:
        return SCRIPT.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise PermanentError(
            f"{PACKAGE} is missing at {SCRIPT}. Run `make setup`, which takes it from npm."
        ) from missing


def fetch(target: Path = SCRIPT) -> None:
    """Ask npm for the pinned package and put its script at ``target``, unless that version is there.

    Raises:
        PermanentError: npm is missing or fails, or what it brought is not the pinned package.
    """
    if target.exists() and f"axe v{VERSION}" in target.read_text(encoding="utf-8")[:200]:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise PermanentError(
            "npm is not installed. Install Node.js with npm (such as `apt install npm`) and try again."
        )
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(  # noqa: S603 - the pinned name only
            [npm, "pack", PACKAGE, "--silent"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_NPM_SECONDS,
            check=False,
        )
        if packed.returncode != 0:
            raise PermanentError(f"`npm pack {PACKAGE}` failed: {packed.stderr.strip() or packed.stdout.strip()}")
        archive = Path(folder, packed.stdout.split()[-1]).read_bytes()
    place(archive, target)


def place(archive: bytes, target: Path, integrity: str = INTEGRITY) -> None:
    """Verify a package's archive and put its script at ``target``, whole or not at all.

    Raises:
        PermanentError: the archive is not the one that ``integrity`` names.
    """
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != integrity:
        raise PermanentError(f"{PACKAGE}: npm brought sha512-{digest}, but sha512-{integrity} is pinned. Nothing kept.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        script = package.extractfile(_MEMBER)
        if script is None:
            raise PermanentError(f"{PACKAGE} has no {_MEMBER}.")
        content = script.read()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(target)


def main() -> None:
    """Take the script in, or say on the terminal why that failed."""
    try:
        fetch()
    except PermanentError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

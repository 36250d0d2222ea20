"""An image of this machine's own Redis: the programs and the libraries they load, and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_dev.image_archive import Image, write_archive

PROGRAMS = ("redis-server", "redis-cli")


def build_redis_image(name: str, archive: Path) -> Path:
    """Write the archive. No shell is in it; it runs as uid 999 with a read-only root, and writes to /data.

    Raises:
        SetupError: Redis is not installed.
    """
    files: dict[str, Path] = {}
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is None:
            raise SetupError(f"{program} is missing: run `make setup`, or install redis-server and redis-tools")
        files[f"/usr/bin/{program}"] = Path(found)
        listed = subprocess.run(["ldd", found], capture_output=True, text=True, check=True).stdout
        files |= {str(path): path for path in libraries(listed)}
    image = Image(
        name=name,
        files=files,
        entrypoint=("/usr/bin/redis-server",),
        directories=("/data", "/tmp"),  # noqa: S108 - of the image
        user="999:999",
        env={"PATH": "/usr/bin"},
    )
    write_archive(archive, image)
    return archive


def libraries(listed: str) -> list[Path]:
    """The paths that ldd names, the loader's among them."""
    return [Path(path) for path in re.findall(r"(?:=>\s+|^\s+)(/\S+) \(0x", listed, re.MULTILINE)]

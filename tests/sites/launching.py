"""A site in a process of its own, as benchmarks and the demo need it."""

import asyncio
import sys
from pathlib import Path

from sites.running import RunningSite

SITES = Path(__file__).parent
READY_WITHIN_SECONDS = 30


async def launch(name: str, *options: str) -> RunningSite:
    """Start ``python tests/sites/NAME OPTIONS`` and wait until it says its URL.

    Raises:
        RuntimeError: it ended, or said nothing, within 30 s; its own words are on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SITES / name), *options, stdout=asyncio.subprocess.PIPE
    )

    async def close() -> None:
        if process.returncode is None:
            process.terminate()
        await process.wait()

    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_SECONDS)
    except TimeoutError:
        said = b""
    if not said:
        await close()
        raise RuntimeError(f"The site {name} did not start. Run `python tests/sites/{name}` to see why.")
    return RunningSite(said.decode().strip(), close)

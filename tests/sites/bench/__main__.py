"""Serve the benchmark's site until interrupted: ``python tests/sites/bench [--pages N] [--host H] [--port N]``."""

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sites.bench.server import start


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/sites/bench", description="Serve the benchmark's site.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--pages", type=int, default=200)
    arguments = parser.parse_args()
    site = await start(pages=arguments.pages, host=arguments.host, port=arguments.port)
    print(site.url, flush=True)  # noqa: T201 - what the caller waits for
    try:
        await asyncio.Event().wait()
    finally:
        await site.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())

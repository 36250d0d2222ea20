"""Serve the shop until interrupted: ``python tests/sites/shop [--clean] [--host H] [--port N]``."""

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sites.shop.server import start


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/sites/shop", description="Serve the demo shop.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--clean", action="store_true", help="the twin without bugs")
    arguments = parser.parse_args()
    site = await start(clean=arguments.clean, host=arguments.host, port=arguments.port)
    print(site.url, flush=True)  # noqa: T201 - what the caller waits for
    try:
        await asyncio.Event().wait()
    finally:
        await site.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())

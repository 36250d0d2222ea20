"""Listens at a URL that a setting names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from bughive_operator.startup import CannotStart


@asynccontextmanager
async def listening(app: web.Application, endpoint: str, setting: str) -> AsyncIterator[None]:
    """Serve ``app`` at the address of ``endpoint``.

    Raises:
        CannotStart: it cannot be listened on; the message names the setting.
    """
    parts = urlsplit(endpoint)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, parts.hostname, parts.port or 80).start()
        except OSError as error:
            raise CannotStart(f"{setting}: {endpoint} cannot be listened on ({error}).") from error
        yield
    finally:
        await runner.cleanup()

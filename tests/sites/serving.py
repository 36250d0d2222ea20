"""Serves a site that is one function, in the test's own event loop."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from sites.running import RunningSite

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(answer: Answer, host: str = "127.0.0.1") -> RunningSite:
    """Let ``answer`` have every request to a free port of a loopback address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    return RunningSite(f"http://{host}:{runner.addresses[0][1]}", runner.cleanup)

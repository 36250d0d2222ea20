"""A real browser, and a small site on loopback whose pages each test writes itself."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from bughive_worker.collect.collect import INIT_SCRIPT

CHROMIUM = "/usr/bin/chromium-headless-shell"

Show = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def site() -> AsyncIterator[tuple[str, dict[str, web.Response]]]:
    """The site's address, and what it answers by path; any other path is 404."""
    answers: dict[str, web.Response] = {}

    async def answer(request: web.Request) -> web.Response:
        found = answers.get(request.path)
        if found is None:
            return web.Response(status=404, text="gone")
        return web.Response(body=found.body, content_type=found.content_type, charset="utf-8")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", answers
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="package")
async def show(browser: Browser, site: tuple[str, dict[str, web.Response]]) -> AsyncIterator[Show]:
    """Opens a page with this body; ``files`` are served beside it by path."""
    address, answers = site
    page = await browser.new_page(viewport={"width": 1366, "height": 900})
    await page.add_init_script(INIT_SCRIPT)

    async def open_page(body: str, *, head: str = "<title>A page</title>", **files: str) -> Page:
        answers.clear()
        html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
        answers["/"] = web.Response(text=html, content_type="text/html")
        for name, text in files.items():
            answers[f"/{name.replace('_', '.')}"] = web.Response(text=text, content_type="text/javascript")
        await page.goto(f"{address}/")
        return page

    yield open_page
    await page.close()

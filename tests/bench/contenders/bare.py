"""(a) A bare Playwright loop with reused pages: the fastest honest way to visit pages and follow links."""

import asyncio
import sys

from measure import Stopwatch
from playwright.async_api import Page, async_playwright

LINKS = "() => [...document.querySelectorAll('a[href]')].map((a) => a.href.split('#')[0])"


async def crawl(url: str, limit: int, concurrency: int, executable: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable)
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        pages = [await context.new_page() for _ in range(concurrency)]
        origin = url.rstrip("/") + "/"
        seen, queue, done = {origin}, asyncio.Queue[str](), 0
        queue.put_nowait(origin)
        watch = Stopwatch()

        async def work(page: Page) -> None:
            nonlocal done
            while True:
                target = await queue.get()
                await page.goto(target, wait_until="load")
                done += 1
                for link in await page.evaluate(LINKS):
                    if link.startswith(origin) and link not in seen and len(seen) < limit:
                        seen.add(link)
                        queue.put_nowait(link)
                queue.task_done()

        workers = [asyncio.create_task(work(page)) for page in pages]
        await queue.join()
        watch.report(done)
        for worker in workers:
            worker.cancel()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(crawl(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))

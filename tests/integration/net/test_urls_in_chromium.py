import random

from playwright.async_api import async_playwright

from bughive_worker.net.urls import canonical

CHARACTERS = "/./ab%2eEf;jsessionid=(S)é?&#!\\ '[]|^\x7f\t@:~{}`\"<>+$,*%%4zé日"
HOSTS = [
    *("shop.example", "Bücher.example", "127.1", "0x7f.1", "4294967295", "1e2.example", "[::1]", "[::ffff:1.2.3.4]"),
    *("ex%61mple.com", "日本.example", "faß.de", "a_b.example", "xn--fa-hia.de"),
]
PORTS = ["", ":80", ":443", ":8080"]
AS_CHROMIUM = "urls => urls.map((url) => { try { return new URL(url).href } catch { return null } })"


async def test_what_chromium_makes_of_a_url_is_the_same_page(chromium):
    dice = random.Random(7)
    urls = [
        f"http{dice.choice(['', 's'])}://{dice.choice(HOSTS)}{dice.choice(PORTS)}{dice.choice('/?#')}"
        + "".join(dice.choices(CHARACTERS, k=dice.randrange(25)))
        for _ in range(3000)
    ]
    spelled = [canonical(url) for url in urls]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        page = await browser.new_page()
        opened = await page.evaluate(AS_CHROMIUM, urls)
        reopened = await page.evaluate(AS_CHROMIUM, [url or "" for url in spelled])
        await browser.close()
    assert len(set(spelled)) > 1000
    assert [canonical(url) if url else None for url in opened] == spelled
    assert [canonical(url) if url else None for url in reopened] == spelled

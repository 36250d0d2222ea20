"""How the browser presents itself, and to whom."""

import pytest_asyncio
from sites.hostile import server

from bughive_crds.crawl_session import BrowserSpec


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere():
    running, site = await server.start()
    yield running, site
    await running.close()


async def test_extra_headers_go_to_the_sites_own_hosts_alone(a_crawl, hostile, elsewhere):
    other, other_site = elsewhere
    hostile.site.page(
        "/embeds", f"<img src=/own.gif><img src={other.url}/theirs.gif><a href={other.url}/calm/1>out</a>"
    )
    crawl = a_crawl("/embeds")
    crawl.spec = crawl.spec.model_copy(
        update={"browser": BrowserSpec(headers={"X-Canary": "sings"}, requests_per_second=1000)}
    )

    await crawl.run()

    own = [head for path in ("/embeds", "/own.gif") for head in hostile.site.heads[path]]
    theirs = [head for heads in other_site.heads.values() for head in heads]
    assert own
    assert all("X-Canary: sings" in head for head in own)
    assert len(theirs) >= 2
    assert not any("canary" in head.lower() for head in theirs)


async def test_the_browser_names_itself_and_its_language(a_crawl, hostile):
    crawl = a_crawl("/calm/0", max_depth=0)
    crawl.spec = crawl.spec.model_copy(update={"browser": BrowserSpec(headers={}, locale="de-AT")})

    await crawl.run()

    (head,) = hostile.site.heads["/calm/0"]
    fields = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
    assert fields["User-Agent"].endswith(" BugHive/0.1")
    assert "Headless" not in fields["User-Agent"]
    assert fields["Accept-Language"].startswith("de-AT")


async def test_banners_are_clicked_away_once(a_crawl, hostile):
    banner = "<button id=yes onclick=\"fetch('/clicked.js')\">Accept</button>"
    hostile.site.page("/banner", banner)
    crawl = a_crawl("/banner", max_depth=0)
    crawl.spec = crawl.spec.model_copy(
        update={"browser": BrowserSpec(headers={}, dismiss=("#never", "#yes", "no css ]["))}
    )

    await crawl.run()

    assert hostile.site.hits["/clicked.js"] == 1

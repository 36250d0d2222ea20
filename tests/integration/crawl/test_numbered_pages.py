"""Pages by number: a list of them is visited to its end, one that goes on and on is left, and the session says so."""


def page(*paths: str) -> bytes:
    links = " ".join(f'<a href="{path}">A link to {path}</a>' for path in paths)
    return f"<!doctype html><html lang=en><title>A page</title><h1>A page</h1>{links}</html>".encode()


async def test_a_list_of_pages_is_visited_whole_where_max_pages_allows(a_crawl, hostile):
    numbered = [f"/p{n}" for n in range(30)]
    hostile.site.pages |= {"/": page("/about", *numbered), "/about": page(), **{path: page("/") for path in numbered}}
    crawl = a_crawl(max_pages=40)

    await crawl.run()

    assert set(crawl.pages()) == {"/", "/about", *numbered}
    assert crawl.memory.left_out == {}


async def test_pages_that_lead_on_and_on_are_left_and_the_session_says_where(a_crawl, hostile):
    chain = {f"/list?page={n}": page(f"/list?page={n + 1}") for n in range(40)}
    hostile.site.pages |= {"/": page("/list?page=0"), **chain}
    crawl = a_crawl(max_pages=40, max_depth=50)

    await crawl.run()

    assert set(crawl.pages()) == {"/", *(f"/list?page={n}" for n in range(21))}
    assert crawl.memory.left_out == {f"{hostile.url}/list?page=21": "pagination"}

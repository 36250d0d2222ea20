"""The whole site as bytes: every answer by path."""

from dataclasses import dataclass
from itertools import chain, cycle
from typing import Any, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sites.bench.assets import SCRIPT, STYLE, TEMPLATES, photo
from sites.bench.kinds import FILLERS, KINDS, Kind
from sites.bench.prose import Prose

PAGE_BYTES = 10_000
PHOTOS = 24
PHOTOS_A_PAGE = 3
MENU = 8
EVERY_NTH_FLAW = 20
"""Such a page has a picture without alternative text and a link to a page that moved."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, for GET and for HEAD."""

    whole: bytes
    head: bytes


Answers: TypeAlias = dict[bytes, Answer]


def _answer(body: bytes, kind: str, status: str = "200 OK", cache: str = "no-cache") -> Answer:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nCache-Control: {cache}\r\n"
        "X-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\n\r\n"
    ).encode()
    return Answer(head + body, head)


NOT_FOUND = _answer(
    b"<!doctype html><html lang=en><title>Not found</title><h1>Not found</h1>", "text/html", "404 Not Found"
)


def build_site(origin: str, pages: int) -> Answers:
    """Make every answer. The same number of pages gives the same site, but for the origin in the sitemap."""
    paths = [page_path(number) for number in range(pages)]
    env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    env.trim_blocks = env.lstrip_blocks = True
    answers = {path.encode(): _page(env, number, paths) for number, path in enumerate(paths)}
    shared = {
        "/site.css": _answer(STYLE, "text/css", cache="max-age=600"),
        "/site.js": _answer(SCRIPT, "text/javascript", cache="max-age=600"),
        "/robots.txt": _answer(f"User-agent: *\nAllow: /\nSitemap: {origin}/sitemap.xml\n".encode(), "text/plain"),
        "/sitemap.xml": _answer(_sitemap(origin, paths), "application/xml"),
        "/favicon.ico": _answer(photo(0), "image/jpeg", cache="max-age=600"),
    }
    photos = {
        f"/photo/{number}.jpg": _answer(photo(number), "image/jpeg", cache="max-age=600") for number in range(PHOTOS)
    }
    return answers | {path.encode(): answer for path, answer in (shared | photos).items()}


def page_path(number: int) -> str:
    """``/`` for the first page; the others lie in a folder of their kind."""
    return "/" if number == 0 else f"/{_kind(number).name}/{number}"


def _kind(number: int) -> Kind:
    return KINDS[number % len(KINDS)]


def _sitemap(origin: str, paths: list[str]) -> bytes:
    entries = "".join(f"<url><loc>{origin}{path}</loc></url>" for path in paths)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


def _links(number: int, paths: list[str]) -> list[str]:
    """The next page, so that a chain joins all, and some further away."""
    places = (number + 1, number + len(KINDS), number * 7 + 3, number * 13 + 5, number // 2)
    return list(dict.fromkeys(paths[place % len(paths)] for place in places))


def _page(env: Environment, number: int, paths: list[str]) -> Answer:
    kind, say = _kind(number), Prose(number)
    flawed = number % EVERY_NTH_FLAW == EVERY_NTH_FLAW - 1
    photos = [((number * PHOTOS_A_PAGE + place) % PHOTOS, say.title()) for place in range(PHOTOS_A_PAGE)]
    if flawed:
        photos[0] = (photos[0][0], "")
    facts = {
        "number": number, "kind": kind, "name": say.title(), "description": say.sentence(), "photos": photos,
        "flawed": flawed, "menu": paths[:MENU], "links": _links(number, paths),
    }  # fmt: skip
    macros: Any = env.get_template("blocks.html").module
    fillers = cycle(FILLERS[place] for place in kind.fillers)
    blocks: list[tuple[str, str]] = []
    html = b""
    for name in chain(kind.blocks, fillers):
        if len(html) >= PAGE_BYTES and len(blocks) >= len(kind.blocks):
            break
        blocks.append((say.title(), getattr(macros, name)(kind.name, say)))
        html = env.get_template("page.html").render(facts, blocks=blocks).encode()
    return _answer(html, "text/html; charset=utf-8")

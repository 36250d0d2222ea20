"""What people call an element: by its words where it has some, else by its name, else by its tag."""

import re
from html.parser import HTMLParser
from posixpath import basename
from urllib.parse import unquote, urlsplit

from bughive_worker.detectors.wording import clip
from bughive_worker.observation import ElementFact

_MOST = 40
"""Characters of an element's own words."""
_NOUNS = {
    "a": "link",
    "img": "picture",
    "iframe": "frame",
    "input": "field",
    "select": "choice",
    "textarea": "field",
    "ul": "list",
    "ol": "list",
    "p": "paragraph",
    "pre": "code",
    "html": "page",
    "body": "page",
    "nav": "navigation",
    **{f"h{level}": "heading" for level in range(1, 7)},
}
_SPOKEN = ("aria-label", "title", "alt", "placeholder")
_NAMES = ("name", "id", "data-testid")
_COMPOUND = re.compile(r"^(?P<tag>[a-zA-Z][\w-]*)?(?P<names>(?:[#.](?:\\.|[\w-])+)*)")


def called(element: ElementFact) -> str:
    """An element that a probe found, by its tag and its id or class: ``table.prices``, ``form#search``."""
    last = element.selector.rpartition(" > ")[2]
    compound = _COMPOUND.match(last)
    tag = (compound["tag"] if compound else None) or last
    names = compound["names"] if compound else ""
    noun = _NOUNS.get(tag, tag)
    return f"{noun} {names.lstrip('#.').replace('.', ' ')}" if names else f"the {noun}"


def spoken(html: str) -> str:
    """An element by its source, which may be cut off: ``link "Read on"``, ``field email``, ``picture kiln.jpg``."""
    reader = _Reader()
    reader.feed(html)
    noun = _NOUNS.get(reader.tag, reader.tag or "element")
    facts = reader.attributes
    words = " ".join(" ".join(reader.words).split())
    said = next((facts[name].strip() for name in _SPOKEN if facts.get(name, "").strip()), "") or words
    if said and reader.tag not in ("html", "body"):
        return f'{noun} "{clip(said, _MOST)}"'
    name = next((facts[name] for name in _NAMES if facts.get(name)), "")
    source = basename(unquote(urlsplit(facts.get("src") or facts.get("href") or "").path))
    known_by = name or source or next(iter(facts.get("class", "").split()), "")
    return f"{noun} {clip(known_by, _MOST)}" if known_by else f"the {noun}"


class _Reader(HTMLParser):
    """The first tag of a piece of HTML, and the words inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.tag = ""
        self.attributes: dict[str, str] = {}
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.tag:
            self.tag = tag
            self.attributes = {name: value or "" for name, value in attrs}

    def handle_data(self, data: str) -> None:
        if self.tag not in ("select", "svg"):
            self.words.append(data)

"""What a ticket says, and that a page's own words stay words in it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bughive_protocol.finding import Evidence
from bughive_worker.tickets.draft import MAX_BODY, MAX_TITLE, SessionLink, draft, returned
from bughive_worker.tickets.mark import Mark
from bughive_worker.tickets.markdown import code, line, link, prose

from .conftest import some_finding

MARK = Mark("shop", "shop.example", "0123456789abcdef")
SESSION = SessionLink("shop", "nightly", "https://bughive.example/reports/shop/1/report.html")
HOSTILE = [
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "https://evil.example and www.evil.example",
    "@octocat and @acme/everyone",
    "fixes #12, acme/shop#3, GH-4, WEB-12",
    "`` ` ``` code",
    "# title\n\n- list\n> quote\n```\nfence",
    "\\[x\\](y) \\@me",
    "a\u202eb\u200b@\u2060octocat\x00\x1b[31m",
    "&lt;b&gt; &#64;octocat",
    "$$x$$ ~~x~~ **x** __x__ ||x||",
    "<https://evil.example>",
    "[x]: https://evil.example",
]


def tokens(text: str):
    """Every token of a text, as a Markdown parser that takes HTML sees it."""
    for block in MarkdownIt("commonmark", {"html": True}).parse(text):
        yield block
        yield from block.children or ()


def kinds(text: str) -> set[str]:
    return {token.type for token in tokens(text)}


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_a_page_stay_words(text: str) -> None:
    assert kinds(prose(text, 500)) <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    shown = "".join(token.content for token in tokens(prose(text, 500)) if token.type.startswith("text"))
    assert shown.replace("\u2060", "") == line(text, 500)
    # What trackers look for in the text that is shown.
    assert not re.search(r"[@#]\w|[A-Z]-[0-9]", shown)
    # And what they look for before they parse it.
    assert not re.search(r"https?://|www\.", prose(text, 500))


@pytest.mark.parametrize("text", HOSTILE)
def test_code_of_a_page_stays_code(text: str) -> None:
    (inline,) = (token for token in tokens(code(text, 500)) if token.type == "inline")
    assert [child.type for child in inline.children] == ["code_inline"]


@pytest.mark.parametrize("url", ["https://shop.example/a b<c>`d`\\e|[f]{g}^", "https://shop.example/ü?q=ä#é"])
def test_a_link_is_one_link_and_leads_where_it_says(url: str) -> None:
    (inline,) = (token for token in tokens(link(url, 500)) if token.type == "inline")
    assert [child.type for child in inline.children] == ["link_open", "text", "link_close"]
    assert inline.children[0].attrs["href"].startswith("https://shop.example/")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://shop.example/" + "x" * 500])
def test_what_is_no_short_web_address_cannot_be_followed(url: str) -> None:
    assert "link_open" not in kinds(link(url, 500))


def test_a_ticket_has_all_that_a_person_needs() -> None:
    bug = some_finding(occurrences=12, selector="a.cart", resource="https://gone.example/x", viewport_width=320)
    made = draft(bug.model_copy(update={"examples": (bug.finding.url, "https://shop.example/b")}), MARK, SESSION)
    assert made.title == "A link leads nowhere"
    assert made.body == (
        "Visitors who follow it see an error page\\.\n\n"
        "- **Severity:** High\n"
        "- **Page:** <https://shop.example/cart>\n"
        "- **Resource:** `https://gone.example/x`\n"
        "- **Element:** `a.cart`\n"
        "- **Window:** 320 pixels wide\n"
        "- **Seen on:** 12 pages\n"
        "- **Kind:** `broken-link`\n"
        "- **Fingerprint:** `0123456789abcdef`\n\n"
        "### Steps to reproduce\n\n"
        "1. Open the cart\\.\n"
        "2. Follow the link\\.\n\n"
        "### Evidence\n\n"
        "- Status: `404`\n\n"
        "### Also seen on\n\n"
        "- <https://shop.example/b>\n"
        "- and 10 more\n\n"
        "Found by BugHive in the crawl `shop/nightly` (report: "
        "<https://bughive.example/reports/shop/1/report.html>). "
        "It reopens this ticket if the bug is back after it was closed."
    )


def test_a_report_that_is_not_on_the_web_is_no_link() -> None:
    made = draft(some_finding(), MARK, SessionLink("shop", "nightly", "s3://bucket/shop/1/report.html"))
    assert "s3://" not in made.body


def test_a_broken_target_is_shown_and_not_linked() -> None:
    target = "https://github.com/acme/shop/issues/1"
    made = draft(some_finding(url=target, resource=target), MARK, SESSION)
    assert f"<{target}>" not in made.body
    assert f"- **Page:** `{target}`" in made.body


def test_a_ticket_that_is_reopened_says_when_and_where() -> None:
    assert returned(some_finding(occurrences=2), SESSION).startswith(
        "BugHive saw this bug again on 2026-06-01, on 2 pages"
    )


TEXT = st.text(max_size=3000) | st.sampled_from(["`" * 3000, "@" * 3000, "<" * 3000, "ü" * 3000, "WEB-1" * 600])


@settings(max_examples=40)
@given(texts=st.lists(TEXT, min_size=6, max_size=6))
def test_whatever_a_page_says_a_ticket_is_bounded_and_has_no_strangers_markup(texts: list[str]) -> None:
    title, description, url, label, fact, step = texts
    bug = some_finding(
        title=title,
        description=description,
        url=f"https://shop.example/{url}",
        resource=url,
        selector=fact,
        evidence=tuple(Evidence(label=label, text=fact) for _ in range(30)),
        steps=(step,) * 50,
    )
    examples = tuple(f"https://shop.example/{number}/{url}" for number in range(10))
    made = draft(bug.model_copy(update={"examples": examples}), MARK, SESSION)
    assert 0 < len(made.title) <= MAX_TITLE
    assert made.title.isprintable()
    assert len(made.body) <= MAX_BODY
    made.body.encode()
    assert not kinds(made.body) & {"html_inline", "html_block", "image", "fence", "code_block", "blockquote_open"}
    links = [token.attrs["href"] for token in tokens(made.body) if token.type == "link_open"]
    assert all(href.startswith(("https://shop.example/", "https://bughive.example/")) for href in links)

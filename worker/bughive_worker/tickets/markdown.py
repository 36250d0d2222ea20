"""Text of strangers in Markdown: whatever a page says, it stays text. No link, picture, HTML, mention or reference."""

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"
"""Invisible; between a sign and a name it keeps them from meaning each other."""
_CALLS = re.compile(r"(?<=[@#])(?=\w)|(?<=[A-Z0-9]\\-)(?=[0-9])")
"""Between ``@`` or ``#`` and what it calls, and in ``WEB-12``; in text that is escaped."""
_TICKS = re.compile(r"`{3,}")
_NOT_IN_LINKS = re.compile(r"[^!#-;=?-Z_a-z~]")


def cut(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis where some are missing."""
    return text if len(text) <= most else text[: most - 1] + "…"


def line(text: str, most: int) -> str:
    """One line of signs that can be seen: plain text, as titles are."""
    return cut(" ".join("".join(sign if sign.isprintable() else " " for sign in text).split()), most)


def prose(text: str, most: int) -> str:
    """Words in a sentence or a list item, on one line."""
    return _CALLS.sub(_JOINER, _escaped(line(text, most)))


def code(text: str, most: int) -> str:
    """One line that is shown as it is, but for long runs of backticks."""
    shown = _TICKS.sub("``", line(text, most))
    return f"``` {shown} ```" if "`" in shown else f"`{shown}`" if shown else ""


def link(url: str, most: int) -> str:
    """An http address that can be followed; one that is none, or too long, is shown as code."""
    sent = _NOT_IN_LINKS.sub(_percent, url)
    return f"<{sent}>" if len(sent) <= most and is_web(url) else code(url, most)


def is_web(url: str) -> bool:
    """Whether browsers can go there."""
    return url.startswith(("https://", "http://"))


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", text)


def _percent(sign: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in sign[0].encode(errors="replace"))

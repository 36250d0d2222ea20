"""Text as people see it: what is invisible in it could be meant for the model alone. Pure."""

import unicodedata

_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn")
"""Unicode's categories of control, format, private and unassigned characters: bidi marks, zero widths, tags."""


def visible(text: str) -> str:
    """The text in one line, with single spaces and without what nobody can see."""
    shown = (" " if unicodedata.category(character) in _INVISIBLE else character for character in text)
    return " ".join("".join(shown).split())

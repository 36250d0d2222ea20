"""The JavaScript of logging in, read from the files beside this one."""

from pathlib import Path

_HERE = Path(__file__).parent

FORM = (_HERE / "form.js").read_text(encoding="utf-8")
"""A function that finds the parts of a login form; see ``form``."""
SHOWN = (_HERE / "shown.js").read_text(encoding="utf-8")
"""A function that tells what a page shows of being logged in; see ``check``."""

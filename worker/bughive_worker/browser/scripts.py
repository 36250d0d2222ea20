"""The JavaScript that runs in every page, read from the files beside this one."""

from pathlib import Path

from bughive_worker.collect.collect import INIT_SCRIPT

_HERE = Path(__file__).parent

INIT_SCRIPTS = f"{INIT_SCRIPT}\n{(_HERE / 'init.js').read_text(encoding='utf-8')}"
"""Runs before a page's own scripts, in one piece because each piece costs."""
LOOK = (_HERE / "look.js").read_text(encoding="utf-8")
"""A function that waits until the page has come to rest, and tells what is there; see ``visit``."""
DISMISS = (_HERE / "dismiss.js").read_text(encoding="utf-8")
"""A function that clicks consent banners away; see ``dismiss``."""
PLACES = (_HERE / "places.js").read_text(encoding="utf-8")
"""A function that brings a bug into view and tells where it is; see ``capture``."""

"""Templates, styles, scripts and pictures: all go through Jinja, so that any of them can carry a planted bug."""

import hashlib
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sites.shop.catalogue import Catalogue
from sites.shop.twin import Twin

TEMPLATES = Path(__file__).parent / "templates"


def money(pence: int) -> str:
    return f"£{pence / 100:,.2f}"


def long_date(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def steady(text: str, below: int) -> int:
    """A number that looks random and is the same each time."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % below


def environment(catalogue: Catalogue, twin: Twin) -> Environment:
    """The environment that renders everything this twin serves."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"money": money, "long_date": long_date}
    env.globals |= {"bug": twin.bug, "shop": catalogue, "steady": steady}
    return env

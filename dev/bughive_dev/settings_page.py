"""Writes docs/settings.md from the settings classes: `python -m bughive_dev.settings_page [--check]`."""

import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from bughive_dev.generated import write_or_check
from bughive_operator.settings import OperatorSettings
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.settings import RedisSettings
from bughive_worker.settings import WorkerSettings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
HEAD = """# Settings

Environment variables, read once at the start of a process. A wrong one ends it, with a message that names it.
This page is generated: `python -m bughive_dev.settings_page`.
"""
SECTIONS: tuple[tuple[str, type[BaseSettings]], ...] = (
    ("Operator and workers", RedisSettings),
    ("Operator and workers: where reports are kept", ArtifactSettings),
    ("Operator", OperatorSettings),
    ("Workers", WorkerSettings),
)


def render() -> str:
    """The page's text."""
    parts = [HEAD]
    told: set[str] = set()
    for title, settings in SECTIONS:
        rows = [_row(name, field) for name, field in settings.model_fields.items() if name not in told]
        told |= set(settings.model_fields)
        parts.append("\n".join([f"\n## {title}\n", "| variable | default | meaning |", "|---|---|---|", *rows, ""]))
    return "".join(parts)


def _row(name: str, field: FieldInfo) -> str:
    variable = str(field.alias or name).upper()
    meaning = " ".join((field.description or "").split()).replace("|", "\\|")
    return f"| `{variable}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    default: Any = field.default
    if default is PydanticUndefined or default in (None, "", ()) or isinstance(default, SecretStr):
        return ""
    return f"`{default}`"


def main() -> int:
    """Write the page, or with ``--check`` say whether it is fresh."""
    return write_or_check({PAGE: render()}, "bughive_dev.settings_page")


if __name__ == "__main__":
    sys.exit(main())

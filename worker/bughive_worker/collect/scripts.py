"""The JavaScript files beside this one, put together into what a page is asked to evaluate."""

import re
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def source(name: str) -> str:
    """The text of one script file."""
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def function(call: str, *names: str) -> str:
    """One JavaScript function that declares these files' contents and returns ``call``, leaving no globals behind.

    Args:
        call: an expression; the function's argument is ``options``.
        names: the files that the expression needs, in any order.
    """
    return f"(options) => {{\n{''.join(source(name) for name in names)}\nreturn {call};\n}}"


@cache
def methods(*names: str) -> list[str]:
    """The names of all methods that these files call, sorted."""
    return sorted({called for name in names for called in re.findall(r"\.([A-Za-z]\w*)\(", source(name))})

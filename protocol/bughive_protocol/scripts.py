"""The Lua scripts: each is one change to Redis that happens as a whole or not at all.

A script says in its head which keys it uses, by their names in ``keys``, and which parts of
``lua/shared`` it includes. Here its text is put together and its keys are filled in, so that a key's name
is written nowhere else. Every session's script gets the session's id first (``session`` in Lua);
``take()`` yields the further arguments, one by one.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import redis
import redis.asyncio
from redis.exceptions import NoScriptError, ResponseError

from bughive_protocol.errors import FenceLost
from bughive_protocol.keys import Keys, SessionKeys

Argument = str | bytes | int | float

_LUA = files("bughive_protocol") / "lua"
_HEAD = re.compile(r"^-- (keys|uses): (.*)\n", re.MULTILINE)
_SESSION_FIELDS = frozenset(field.name for field in fields(SessionKeys))
_ARGUMENTS = """\
local session = ARGV[1]
local cursor = 1
local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end
"""


@dataclass(frozen=True, slots=True)
class Script:
    """One script, ready to run."""

    name: str
    text: str
    sha: str
    keys: tuple[str, ...]
    """The names of the keys it uses, in order. A last ``...`` stands for all keys of the session."""

    def fill(self, keys: Keys, session_id: str, arguments: Sequence[Argument]) -> tuple[int, list[Argument]]:
        """The number of keys, then keys and arguments, as EVALSHA takes them."""
        session = keys.session(session_id)
        named: list[Argument] = []
        for name in self.keys:
            if name == "...":
                named.extend(session.all())
            else:
                named.append(getattr(session if name in _SESSION_FIELDS else keys, name))
        return len(named), [*named, session_id, *arguments]


@cache
def script(name: str) -> Script:
    """The script ``lua/NAME.lua`` with all that it includes."""
    shebang, _, rest = (_LUA / f"{name}.lua").read_text().partition("\n")
    names: dict[str, None] = {}
    parts: list[str] = []
    body = _include(rest, names, parts, set())
    keys = tuple(sorted(names, key="...".__eq__))
    bound = [key for key in keys if key != "..."]
    locals_ = f"local {', '.join(bound)} = {', '.join(f'KEYS[{i + 1}]' for i in range(len(bound)))}\n" if bound else ""
    if "..." in keys:
        locals_ += f"local everything = {{unpack(KEYS, {len(bound) + 1})}}\n"
    text = "\n".join([shebang, locals_ + _ARGUMENTS, *parts, body])
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(), keys)


def _include(text: str, names: dict[str, None], parts: list[str], seen: set[str]) -> str:
    for kind, words in _HEAD.findall(text):
        for word in words.split():
            if kind == "keys":
                names[word] = None
            elif word not in seen:
                seen.add(word)
                shared = (_LUA / "shared" / f"{word}.lua").read_text()
                parts.append(_include(shared, names, parts, seen))
    return _HEAD.sub("", text)


def run(client: redis.Redis, script: Script, keys: Keys, session_id: str, *arguments: Argument) -> Any:  # noqa: ANN401 a script may answer anything
    """Run a script; raises ``FenceLost`` where it says that the caller's fence is stale."""
    count, values = script.fill(keys, session_id, arguments)
    try:
        try:
            return client.evalsha(script.sha, count, *values)
        except NoScriptError:
            return client.eval(script.text, count, *values)
    except ResponseError as error:
        raise _meaning(error, session_id) from error


async def run_async(
    client: redis.asyncio.Redis, script: Script, keys: Keys, session_id: str, *arguments: Argument
) -> Any:  # noqa: ANN401 a script may answer anything
    """As ``run``, on an event loop."""
    count, values = script.fill(keys, session_id, arguments)
    try:
        try:
            return await client.evalsha(script.sha, count, *values)
        except NoScriptError:
            return await client.eval(script.text, count, *values)
    except ResponseError as error:
        raise _meaning(error, session_id) from error


def _meaning(error: ResponseError, session_id: str) -> Exception:
    if str(error).startswith("FENCELOST"):
        return FenceLost(f"session {session_id} belongs to a newer attempt or was deleted; stop working on it")
    return error

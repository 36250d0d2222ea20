"""Scripts and keys: every name resolves, nothing is written down twice."""

import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest

from bughive_protocol.keys import Keys, SessionKeys
from bughive_protocol.scripts import script

LUA = Path(str(files("bughive_protocol") / "lua"))
NAMES = sorted(path.stem for path in LUA.glob("*.lua"))
ROOT = Path(__file__).resolve().parents[3]
ON_A_FULL_REDIS = {
    "acquire",
    "beat",
    "release",
    "give_back",
    "finish",
    "elect",
    "put_digest",
    "cancel",
    "delete",
    "deliver",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_script_finds_its_keys_and_says_what_it_does(name) -> None:
    loaded = script(name)
    count, values = loaded.fill(Keys("p"), "s", ["argument"])
    assert values[count:] == ["s", "argument"]
    assert all(str(key).startswith("p:") for key in values[:count])
    assert len(set(values[:count])) == count or "..." in loaded.keys
    assert loaded.text.startswith("#!lua")
    source = (LUA / f"{name}.lua").read_text()
    assert any(line.startswith("-- ") and not line.startswith(("-- keys:", "-- uses:")) for line in source.splitlines())


def test_leaving_and_taking_over_work_on_a_redis_that_is_full() -> None:
    assert {name for name in NAMES if "allow-oom" in script(name).text.partition("\n")[0]} >= ON_A_FULL_REDIS


@pytest.mark.parametrize("path", sorted(LUA.rglob("*.lua")), ids=lambda path: path.stem)
def test_a_script_names_only_the_keys_that_it_uses(path) -> None:
    text = path.read_text()
    body = re.sub(r"^--.*$", "", text, flags=re.MULTILINE)
    for line in re.findall(r"^-- keys: (.*)$", text, re.MULTILINE):
        unused = [key for key in line.split() if key != "..." and not re.search(rf"\b{key}\b", body)]
        assert unused == []


def test_no_key_has_two_meanings() -> None:
    session = {field.name for field in fields(SessionKeys)}
    installation = set(vars(Keys("p")))
    assert not session & installation


def test_sessions_and_installations_share_no_key() -> None:
    keys = [Keys("a").session("1").all(), Keys("a").session("2").all(), Keys("b").session("1").all()]
    assert len(set().union(*keys)) == sum(len(each) for each in keys)


def test_no_other_place_puts_a_keys_name_together() -> None:
    sources = [path for room in ("protocol", "operator", "worker") for path in (ROOT / room).rglob("*.py")]
    written = [
        str(path.relative_to(ROOT))
        for path in sources
        if path.name != "keys.py" and re.search(r"""f["'][^"'\n]*(:session:|\{\w*prefix\}:)""", path.read_text())
    ]
    assert written == []

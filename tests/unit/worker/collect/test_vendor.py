import base64
import hashlib
import io
import tarfile

import pytest

from bughive_protocol.errors import PermanentError
from bughive_worker.collect import vendor


def archive(name="package/axe.min.js", content=b"window.axe = {};"):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as package:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        package.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def integrity(content):
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


def test_the_script_of_the_pinned_package_is_kept(tmp_path):
    target = tmp_path / "vendor" / "axe.min.js"
    vendor.place(archive(), target, integrity(archive()))
    assert target.read_bytes() == b"window.axe = {};"
    assert list(target.parent.iterdir()) == [target]


def test_another_package_is_refused_and_leaves_nothing(tmp_path):
    target = tmp_path / "axe.min.js"
    with pytest.raises(PermanentError, match=r"is pinned\. Nothing kept"):
        vendor.place(archive(content=b"window.axe = steal();"), target, integrity(archive()))
    assert not target.exists()


def test_without_npm_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PermanentError, match=r"Install Node\.js with npm"):
        vendor.fetch(tmp_path / "axe.min.js")


def test_a_failing_npm_is_quoted(tmp_path, monkeypatch):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'no such registry' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(PermanentError, match="failed: no such registry"):
        vendor.fetch(tmp_path / "axe.min.js")


def test_a_script_of_the_pinned_version_is_left_alone(tmp_path, monkeypatch):
    target = tmp_path / "axe.min.js"
    target.write_text(f"/*! axe v{vendor.VERSION}\n */")
    monkeypatch.setenv("PATH", str(tmp_path))
    vendor.fetch(target)
    assert target.read_text().startswith("/*! axe")


def test_a_script_of_another_version_is_fetched_anew(tmp_path, monkeypatch):
    target = tmp_path / "axe.min.js"
    target.write_text("/*! axe v4.0.0\n */")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PermanentError, match="npm is not installed"):
        vendor.fetch(target)


def test_a_missing_script_names_the_command_that_brings_it(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "SCRIPT", tmp_path / "axe.min.js")
    vendor.axe_source.cache_clear()
    with pytest.raises(PermanentError, match="Run `make setup`"):
        vendor.axe_source()

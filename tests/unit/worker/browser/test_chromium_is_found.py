import pytest

from bughive_protocol.errors import BrowserUnavailable
from bughive_worker.browser.chromium import find_chromium


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(name: str) -> str:
        executable = tmp_path / name
        executable.write_text("#!/bin/sh\n")
        executable.chmod(0o755)
        return str(executable)

    return install


def test_headless_shell_is_preferred(path):
    path("chromium")
    shell = path("chromium-headless-shell")

    assert find_chromium("", "/nowhere") == shell


def test_the_chosen_one_wins(path):
    path("chromium-headless-shell")
    chosen = path("mine")

    assert find_chromium("mine", "/nowhere") == chosen


def test_playwrights_own_is_the_last_resort(tmp_path):
    own = tmp_path / "own-chrome"
    own.write_text("")

    assert find_chromium("", str(own)) == str(own)


def test_none_at_all_says_how_to_install_one():
    with pytest.raises(BrowserUnavailable, match="apt-get install chromium-headless-shell"):
        find_chromium("", "/nowhere")


def test_a_wrong_choice_names_the_setting():
    with pytest.raises(BrowserUnavailable, match="BUGHIVE_CHROMIUM"):
        find_chromium("/no/such/browser", "/nowhere")

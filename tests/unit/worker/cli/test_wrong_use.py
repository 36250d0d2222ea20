"""What is wrong on the command line of ``bughive crawl`` or in its environment."""

import sys

import pytest

from bughive_worker.cli.main import COULD_NOT_CRAWL, main


@pytest.mark.parametrize(
    ("variable", "wrong", "message"),
    [
        ("BUGHIVE_EGRESS_ALLOW_CIDRS", "10.0.0.1/8", "write networks such as 10.0.0.0/8"),
        ("BUGHIVE_EGRESS_ALLOW_HOSTS", "a b", "is no host name"),
        ("BUGHIVE_BROWSER_PAGES", "many", "valid integer"),
    ],
)
def test_a_wrong_variable_is_named_and_ends_the_command(monkeypatch, tmp_path, capsys, variable, wrong, message):
    monkeypatch.setenv(variable, wrong)
    monkeypatch.setattr(sys, "argv", ["bughive", "crawl", "http://127.0.0.1:1/", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == COULD_NOT_CRAWL
    told = capsys.readouterr().err
    assert told.startswith(f"{variable}: ")
    assert told.count(variable) == 1
    assert message in told


def test_a_directory_that_cannot_be_made_ends_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bughive", "crawl", "http://127.0.0.1:1/", "--out", "/proc/nowhere"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == COULD_NOT_CRAWL
    assert "--out /proc/nowhere cannot be written" in capsys.readouterr().err

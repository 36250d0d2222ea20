"""What is generated and committed is fresh, and `--check` tells where it is not."""

import sys
from pathlib import Path

import pytest

from bughive_dev import chart_values, detectors_page, metrics_page, published_schemas, settings_page
from bughive_dev.generated import write_or_check

GENERATORS = (chart_values, detectors_page, metrics_page, published_schemas, settings_page)


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda one: one.__name__.rpartition(".")[2])
def test_what_is_committed_is_fresh(generator, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["generator", "--check"])
    assert (generator.main(), capsys.readouterr().err) == (0, "")


def test_lint_checks_each_of_them():
    lint = (Path(__file__).parents[3] / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]
    assert [one.__name__ for one in GENERATORS if f"-m {one.__name__} --check" not in lint] == []


def test_a_file_that_is_stale_is_named_and_left_as_it_is(monkeypatch, capsys, tmp_path):
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text("old")
    monkeypatch.setattr(sys, "argv", ["generator", "--check"])
    assert write_or_check({page: "new"}, "some.generator") == 1
    assert page.read_text() == "old"
    assert capsys.readouterr().err == "docs/page.md is stale: run `python -m some.generator`\n"

    monkeypatch.setattr(sys, "argv", ["generator"])
    assert write_or_check({page: "new"}, "some.generator") == 0
    assert page.read_text() == "new"

"""``bughive report`` where there is nothing to ask."""

import sys

import pytest

from bughive_worker.cli.main import main


def told(monkeypatch, capsys, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["bughive", "report", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_without_a_kubeconfig_it_says_what_is_missing(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none"))
    assert "KUBECONFIG: no cluster to connect to" in told(monkeypatch, capsys, "shop")


def test_without_the_kubernetes_client_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    assert "pip install '.[cli]'" in told(monkeypatch, capsys, "shop")


@pytest.mark.parametrize("arguments", [("--out", "-"), ("--format", "sarif")])
def test_what_is_no_file_of_html_cannot_be_opened(monkeypatch, capsys, arguments):
    assert "--open needs a file" in told(monkeypatch, capsys, "shop", *arguments, "--open")


def test_only_one_file_can_be_printed(monkeypatch, capsys):
    several = ("--format", "sarif", "--format", "junit")
    assert "--out - prints one file" in told(monkeypatch, capsys, "shop", "--out", "-", *several)


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(monkeypatch, capsys):
    assert "choose from" in told(monkeypatch, capsys, "shop", "--format", "pdf")

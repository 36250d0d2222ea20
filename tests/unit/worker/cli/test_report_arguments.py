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


def test_what_goes_to_the_terminal_cannot_be_opened(monkeypatch, capsys):
    assert "--open needs a file" in told(monkeypatch, capsys, "shop", "--out", "-", "--open")

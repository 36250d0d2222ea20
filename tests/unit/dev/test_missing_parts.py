import pytest
from fixtures.parts import missing


def test_a_missing_part_is_skipped_on_a_laptop(monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="redis-server is missing"):
        missing("redis-server is missing")


def test_a_missing_part_is_a_failure_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="redis-server is missing"):
        missing("redis-server is missing")

from pathlib import Path

import pytest
import yaml

from bughive_protocol.settings import load
from bughive_worker.settings import WorkerSettings


def test_the_seeds_variables_and_our_own_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://cache:6379/1")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://broker:6379/2")
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://results:6379/3")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hush")
    monkeypatch.setenv("LINEAR_API_KEY", "lin-hush")
    monkeypatch.setenv("BUGHIVE_ARTIFACT_URL", "file:///srv/my%20reports")
    monkeypatch.setenv("BUGHIVE_BROWSER_PAGES", "3")
    monkeypatch.setenv("BUGHIVE_EGRESS_ALLOW_CIDRS", "10.20.0.0/16, 127.0.0.1/32")
    settings = load(WorkerSettings)
    assert settings.redis_url == "redis://cache:6379/1"
    assert settings.celery_broker_url == "redis://broker:6379/2"
    assert settings.celery_result_backend == "redis://results:6379/3"
    assert settings.anthropic_api_key is not None
    assert settings.anthropic_api_key.get_secret_value() == "sk-hush"
    assert settings.artifact_url == "file:///srv/my%20reports"
    assert settings.browser_pages == 3
    assert settings.egress_allow_cidrs == ("10.20.0.0/16", "127.0.0.1/32")
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("REDIS_URL", "http://cache:6379", "must begin with one of redis://"),
        ("BUGHIVE_ARTIFACT_URL", "/srv/reports", "file:///var/lib/bughive/artifacts"),
        ("BUGHIVE_ARTIFACT_URL", "file://reports/x", "file:///var/lib/bughive/artifacts"),
        ("AWS_ENDPOINT_URL", "store:7070", "should match pattern"),
        ("BUGHIVE_ARTIFACT_RETENTION_DAYS", "-1", "greater than or equal to 0"),
        ("BUGHIVE_SLICE_SECONDS", "4000", "2400"),
        ("BUGHIVE_BROWSER_PAGES", "many", "integer"),
        ("BUGHIVE_EGRESS_ALLOW_CIDRS", "10.0.0.1/8", "has host bits set"),
        ("BUGHIVE_EGRESS_ALLOW_HOSTS", "shop internal", "is no host name"),
        ("LOG_LEVEL", "LOUD", "DEBUG"),
    ],
)
def test_a_wrong_variable_ends_the_process_and_is_named(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as end:
        load(WorkerSettings)
    assert end.value.code == 2
    message = capsys.readouterr().err
    assert f"{variable}: " in message
    assert told in message


@pytest.mark.parametrize("name", sorted(WorkerSettings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    description = WorkerSettings.model_fields[name].description
    assert description, f"{name} has no docstring"
    assert len(description) > 20


def test_pictures_of_all_sessions_take_a_quarter_of_the_charts_redis_at_most() -> None:
    values = yaml.safe_load((Path(__file__).parents[4] / "charts/bughive/values.yaml").read_text())
    megabytes = int(values["redis"]["maxmemory"].removesuffix("mb"))
    assert 4 * WorkerSettings.model_fields["pending_pictures_mib"].default <= megabytes

"""Settings come from the environment; a wrong one ends the process with a message that names it."""

import pytest

from bughive_protocol.logging import LogFormat, LogLevel
from bughive_protocol.settings import RedisSettings, load

VARIABLES = [name.upper() for name in RedisSettings.model_fields]


class NeedsAKey(RedisSettings):
    """A process that cannot start without a key."""

    some_api_key: str
    """The key."""


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*VARIABLES, "SOME_API_KEY"]:
        monkeypatch.delenv(name, raising=False)


def test_one_server_serves_all_unless_told_otherwise(monkeypatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://redis:6379/3")
    settings = load(RedisSettings)
    assert {settings.redis_url, settings.celery_broker_url, settings.celery_result_backend} == {"redis://redis:6379/3"}
    monkeypatch.setenv("CELERY_BROKER_URL", "rediss://broker:6379/0")
    settings = load(RedisSettings)
    assert settings.redis_url == "redis://redis:6379/3"
    assert settings.celery_broker_url == settings.celery_result_backend == "rediss://broker:6379/0"
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://results/1")
    assert load(RedisSettings).celery_result_backend == "redis://results/1"


def test_every_variable_is_read(monkeypatch) -> None:
    monkeypatch.setenv("REDIS_KEY_PREFIX", "team-a")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("LOG_FORMAT", "json")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel-collector:4318")
    settings = load(RedisSettings)
    assert settings.otel_exporter_otlp_endpoint == "http://otel-collector:4318"
    assert (settings.redis_key_prefix, settings.log_level, settings.log_format) == (
        "team-a",
        LogLevel.DEBUG,
        LogFormat.JSON,
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("REDIS_URL", "http://redis", "must begin with one of redis://"),
        ("CELERY_BROKER_URL", "amqp://rabbit", "must begin with one of redis://"),
        ("REDIS_KEY_PREFIX", "a b", "should match pattern"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "otel-collector:4318", "should match pattern"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hush@otel-collector:4318", "should match pattern"),
    ],
)
def test_a_wrong_setting_ends_the_process_and_is_named(monkeypatch, capsys, name, value, says) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        load(RedisSettings)
    message = capsys.readouterr().err
    assert ended.value.code == 2
    assert says in next(line for line in message.splitlines() if line.startswith(f"{name}: "))
    assert "Traceback" not in message


def test_a_missing_setting_is_named(capsys) -> None:
    with pytest.raises(SystemExit):
        load(NeedsAKey)
    assert "SOME_API_KEY: Field required" in capsys.readouterr().err


def test_every_setting_is_documented() -> None:
    assert all(field.description for field in RedisSettings.model_fields.values())

"""The settings that every process of the product has, and how a wrong one ends the process.

Each process has one settings class, read once at its start from environment variables of the same
names as the fields, in capitals.
"""

import re
import sys
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bughive_protocol.logging import LogFormat, LogLevel

_SCHEMES = ("redis://", "rediss://", "unix://")


class Serializer(StrEnum):
    """How messages are written."""

    JSON = "json"
    MSGPACK = "msgpack"


class RedisSettings(BaseSettings):
    """Where Redis is, how to log, and where traces go."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    redis_url: str = "redis://127.0.0.1:6379/0"
    """Redis for sessions, leases and findings: `redis://[user:password@]host:port/db`, or `rediss://` for TLS."""
    celery_broker_url: str = ""
    """Redis for Celery's messages. By default the same as REDIS_URL."""
    celery_result_backend: str = ""
    """Redis for Celery's results. By default the same as CELERY_BROKER_URL."""
    redis_key_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")] = "bughive"
    """The installation's id; goes before every key, so that installations may share one Redis."""
    celery_task_serializer: Serializer = Serializer.JSON
    """How this process writes Celery's messages: `json` or `msgpack`. Every process reads both, so they may be mixed
    while it is changed. Results are always JSON."""
    log_level: LogLevel = LogLevel.INFO
    """The least severe log lines to write: DEBUG, INFO, WARNING or ERROR."""
    log_format: LogFormat = LogFormat.AUTO
    """`json`, `console`, or `auto`: console on a terminal, else JSON."""
    otel_exporter_otlp_endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$")] = ""
    """Where traces go: an OpenTelemetry collector that takes OTLP over HTTP, such as `http://otel-collector:4318`, to
    which `/v1/traces` is added. Empty: nothing is traced."""

    @field_validator("redis_url", "celery_broker_url", "celery_result_backend")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if url and not url.startswith(_SCHEMES):
            raise ValueError(f"must begin with one of {', '.join(_SCHEMES)}, such as redis://redis:6379/0")
        return url

    @model_validator(mode="before")
    @classmethod
    def _share_one_server(cls, given: dict[str, object]) -> dict[str, object]:
        filled = dict(given)
        url = filled.get("redis_url") or cls.model_fields["redis_url"].default
        filled["celery_broker_url"] = filled.get("celery_broker_url") or url
        filled["celery_result_backend"] = filled.get("celery_result_backend") or filled["celery_broker_url"]
        return filled


S = TypeVar("S", bound=BaseSettings)


def load(settings_class: type[S]) -> S:
    """Read the settings; where one is missing or wrong, say which and end the process with code 2."""
    prefix = settings_class.model_config.get("env_prefix", "")
    try:
        return settings_class()
    except SettingsError as error:  # only its text says which setting it is
        (field,) = re.findall(r'field "(\w+)"', str(error))
        problems = [f"{prefix.upper()}{field.upper()}: not valid JSON: {error.__cause__}"]
    except ValidationError as error:
        problems = [_told(settings_class, prefix, problem) for problem in error.errors()]
    sys.stderr.write("\n".join([*problems, "Set the environment variables named above and start again.\n"]))
    raise SystemExit(2)


def _told(settings_class: type[BaseSettings], prefix: str, problem: ErrorDetails) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return f"{settings_class.__name__}: {message}"
    name, *path = map(str, problem["loc"])
    inside = f" ({'.'.join(path)})" if path else ""
    return f"{prefix.upper()}{name.upper()}{inside}: {message}"

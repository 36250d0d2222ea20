"""Writes what the chart derives from its values.yaml: ``python -m bughive_dev.chart_values [--check]``.

``values.schema.json`` refuses a wrong name or type before anything is installed; ``README.md`` lists every value with
its comment. What ``settings``, ``operator.settings`` and ``workers.settings`` may hold comes from the settings classes,
and the CustomResourceDefinitions are copied, since a chart cannot reach beyond its own directory.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings

from bughive_dev.checkout import ROOT
from bughive_dev.generated import write_or_check
from bughive_operator.settings import OperatorSettings
from bughive_protocol.settings import RedisSettings
from bughive_worker.settings import WorkerSettings

CHART = ROOT / "charts/bughive"
SET_BY_CHART = {
    "redis_url": "redis.*",
    "celery_broker_url": "operator.extraEnv and workers.extraEnv",
    "celery_result_backend": "operator.extraEnv and workers.extraEnv",
    "kubeconfig": "rbac.* and operator.serviceAccount.*",
    "watch_namespaces": "operator.watchNamespaces",
    "tenant_queues": "tenants.*",
    "credentials_role": "rbac.credentialsRole",
    "lease_namespace": "the release's namespace",
    "lease_name": "the release's name",
    "worker_namespace": "the release's namespace",
    "health_endpoint": "a port of the pod",
    "health_file": "the probes",
    "metrics_endpoint": "metrics.enabled",
    "prometheus_multiproc_dir": "the pod's /tmp",
    "artifact_url": "artifacts.*",
    "artifact_path_style": "artifacts.external.pathStyle",
    "artifact_link_hours": "artifacts.external.linkHours",
    "aws_endpoint_url": "artifacts.*",
    "aws_region": "artifacts.external.region",
    "aws_access_key_id": "artifacts.*",
    "aws_secret_access_key": "artifacts.*",
    "reports_url": "reports.publicURL",
    "reports_endpoint": "reports.enabled",
    "reports_service": "reports.enabled",
    "egress_allow_cidrs": "egress.allowCIDRs",
    "egress_allow_hosts": "egress.allowHosts",
    "chromium": "the image",
    "chromium_sandbox": "chromium.sandbox",
    "anthropic_api_key": "anthropic.*",
    "anthropic_base_url": "anthropic.baseURL",
    "linear_api_key": "linear.*",
}
"""Settings that have a value of their own in the chart, or follow from how it is installed."""
_POD_VALUES = (
    *("settings", "podAnnotations", "podLabels", "nodeSelector", "tolerations", "affinity", "priorityClassName"),
    *("topologySpreadConstraints", "extraEnv", "extraEnvFrom", "extraVolumes", "extraVolumeMounts"),
)
"""Of ``workers``: what each queue may say otherwise."""
Schema = dict[str, Any]
_QUANTITY = r"^[0-9]+(\.[0-9]+)?([KMGT]i?|k|m)?$"
_SIZE = {"type": ["string", "integer"], "pattern": _QUANTITY}
_WEB = {"type": "string", "pattern": "^(https?://.+)?$"}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_CIDRS = {"type": "array", "items": {"type": "string", "pattern": r"^[0-9a-fA-F:.]+/[0-9]{1,3}$"}}
_PORTS = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 65535}}
_LABEL = r"[a-z0-9]([a-z0-9-]{0,%d}[a-z0-9])?"
_NAMESPACES = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": f"^{_LABEL % 61}$"}}
_TENANT = f"^{_LABEL % 10}$"
"""A tenant's name: with the release's it makes the names of objects."""
_SPECIAL: dict[str, Schema] = {
    **dict.fromkeys(("pullSecrets", "watchNamespaces", "allowHosts", "accessModes"), _TEXTS),
    **dict.fromkeys(("allowCIDRs", "privateCIDRs", "cidrs"), _CIDRS),
    **dict.fromkeys(("crawlPorts", "apiServerPorts", "ports"), _PORTS),
    **dict.fromkeys(("publicURL", "baseURL", "endpoint"), _WEB),
    **dict.fromkeys(("scratch", "size"), _SIZE),
    "credentialsRole": {"type": "string", "pattern": "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"},
    "sharedMemory": {**_SIZE, "pattern": f"{_QUANTITY}|^$"},
    "maxmemory": {"type": ["string", "integer"], "pattern": "^[0-9]+([kKmMgG][bB]?)?$"},
    "schedule": {"type": "string", "pattern": r"^(@[a-z]+|\S+( \S+){4})$"},
    "terminationGracePeriodSeconds": {"type": "integer", "minimum": 30},
    "images.pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
    "queues.crawl.autoscaling.mode": {"enum": ["none", "hpa-cpu", "hpa-external", "keda"]},
    "redis.external.url": {"type": "string", "pattern": "^(rediss?://.+)?$"},
    "artifacts.external.url": {"type": "string", "pattern": "^(s3://.+)?$"},
    "artifacts.external.linkHours": {"type": "number", "minimum": 0, "maximum": 168},
}
"""What a value of that path or name may be, where more can be said than the type of its default."""


def schema() -> Schema:
    """The JSON schema of the chart's values."""
    values, comments = _values(), _comments()
    result = _schema(values, "", comments)
    parts = result["properties"]
    own = {"settings": RedisSettings, "operator": OperatorSettings, "workers": WorkerSettings}
    parts["settings"] = _settings(own["settings"], without=())
    shared = RedisSettings.model_fields
    for name in ("operator", "workers"):
        parts[name]["properties"]["settings"] = _settings(own[name], without=tuple(shared))
    workers = {name: parts["workers"]["properties"][name] for name in _POD_VALUES}
    queue = parts["queues"]["properties"]["crawl"]
    queue["properties"] |= workers
    parts["queues"] = {
        "type": "object",
        "additionalProperties": False,
        "description": parts["queues"].get("description", ""),
        "properties": {name: {"$ref": "#/$defs/queue"} for name in values["queues"]},
    }
    tenant = {**queue, "required": ["namespaces"], "properties": {**queue["properties"], "namespaces": _NAMESPACES}}
    parts["tenants"] |= {"propertyNames": {"pattern": _TENANT}, "additionalProperties": tenant}
    parts["global"] = {"type": "object", "description": "Helm's own."}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Values of the chart bughive"}
    return {**head, **result, "$defs": {"queue": queue}}


def readme() -> str:
    """The chart's README.md."""
    rows = [f"| `{path}` | {_shown(value)} | {comment} |" for path, value, comment in _leaves()]
    head = (CHART / "README.head.md").read_text()
    return "\n".join([head, "| value | default | meaning |", "|---|---|---|", *rows, ""])


def _values() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return values


def _comments() -> dict[str, str]:
    """The comment above each key, by the key's path."""
    text = (CHART / "values.yaml").read_text()
    lines = text.splitlines()
    found: dict[str, str] = {}

    def visit(node: yaml.Node, path: str) -> None:
        if not isinstance(node, yaml.MappingNode):
            return
        for key, value in node.value:
            here = f"{path}.{key.value}" if path else key.value
            above: list[str] = []
            line = key.start_mark.line - 1
            while line >= 0 and lines[line].lstrip().startswith("#"):
                above.insert(0, lines[line].lstrip().removeprefix("#").strip())
                line -= 1
            if not lines[key.start_mark.line][: key.start_mark.column].strip():  # the first key of its line
                found[here] = " ".join(above)
            visit(value, here)

    root = yaml.compose(text)
    if root is not None:
        visit(root, "")
    return found


def _schema(value: object, path: str, comments: dict[str, str]) -> Schema:
    name = path.rpartition(".")[2]
    described = {"description": comments[path]} if comments.get(path) else {}
    special = _SPECIAL.get(path, _SPECIAL.get(name))
    if special:
        return {**special, **described}
    if isinstance(value, dict) and value and name not in ("requests", "limits", "behavior", "labels"):
        parts = {key: _schema(part, f"{path}.{key}" if path else key, comments) for key, part in value.items()}
        return {"type": "object", "additionalProperties": False, "properties": parts, **described}
    return {**_type(value), **described}


def _type(value: object) -> Schema:
    names = {dict: "object", list: "array", bool: "boolean", int: "integer", str: "string"}
    return {"type": names[type(value)], **({"minimum": 0} if type(value) is int else {})}


def _settings(settings: type[BaseSettings], without: tuple[str, ...]) -> Schema:
    """The fields of a settings class that may be set freely, by their names in camelCase."""
    schema = settings.model_json_schema(by_alias=False)
    definitions = schema.get("$defs", {})
    fields = {
        to_camel(name): _inlined(field, definitions)
        for name, field in schema["properties"].items()
        if name not in without and name not in SET_BY_CHART
    }
    return {"type": "object", "additionalProperties": False, "properties": fields}


def _inlined(field: Schema, definitions: dict[str, Schema]) -> Schema:
    if "$ref" in field:
        field = {**definitions[field["$ref"].rpartition("/")[2]], **field}
    if "anyOf" in field:
        field = {**next(one for one in field["anyOf"] if one.get("type") != "null"), **field}
    kept = {key: part for key, part in field.items() if key not in ("$ref", "anyOf", "title", "default")}
    if "properties" in kept:
        kept["properties"] = {to_camel(name): _inlined(part, definitions) for name, part in kept["properties"].items()}
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _inlined(kept["additionalProperties"], definitions)
    if "description" in kept:
        kept["description"] = " ".join(kept["description"].split())
    return kept


def _leaves() -> Iterator[tuple[str, object, str]]:
    comments = _comments()

    def visit(value: object, path: str) -> Iterator[tuple[str, object, str]]:
        inner = isinstance(value, dict) and value and not path.endswith((".requests", ".limits", ".behavior"))
        if not inner or not isinstance(value, dict):
            yield path, value, comments.get(path, "")
            return
        if comments.get(path):
            yield path, None, comments[path]
        for key, part in value.items():
            yield from visit(part, f"{path}.{key}" if path else key)

    yield from visit(_values(), "")


def _shown(value: object) -> str:
    return "" if value is None else f"`{json.dumps(value)}`".replace("|", "\\|")


def files() -> dict[Path, str]:
    """Every file that is derived, and what it should hold."""
    definitions = {CHART / "files/crds" / path.name: path.read_text() for path in (ROOT / "crds").glob("*.yaml")}
    return {
        CHART / "values.schema.json": json.dumps(schema(), indent=1) + "\n",
        CHART / "README.md": readme(),
        **definitions,
    }


def main() -> int:
    """Write the files, or with ``--check`` say which are stale."""
    return write_or_check(files(), "bughive_dev.chart_values")


if __name__ == "__main__":
    sys.exit(main())

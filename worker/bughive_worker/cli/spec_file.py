"""Read what to crawl: the same spec as the resource, from a file or from a URL alone."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bughive_crds import API_VERSION
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_crds.model import Severity
from bughive_protocol.errors import InvalidSpec


def load_spec(
    config: Path | None, url: str | None, fail_on: Severity | None = None, max_pages: int | None = None
) -> CrawlSessionSpec:
    """The spec of a file, with what the command line says in place of the file's own.

    Args:
        config: a CrawlSession manifest, or its ``spec`` alone, as YAML or JSON.
        url: the page to start from.
        fail_on: in place of ``failOn.severity``.
        max_pages: in place of ``scope.maxPages``.

    Raises:
        InvalidSpec: with one line for each thing that is wrong.
    """
    fields = _fields(config) if config else {}
    if url:
        fields = {**fields, "url": url}
    if fail_on:
        fields = {**fields, "failOn": {**fields.get("failOn", {}), "severity": fail_on}}
    if max_pages is not None:
        fields = {**fields, "scope": {**fields.get("scope", {}), "maxPages": max_pages}}
    try:
        return CrawlSessionSpec.model_validate(fields)
    except ValidationError as error:
        raise InvalidSpec("\n".join(_lines(error))) from error


def _fields(config: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(config.read_text("utf-8"))
    except OSError as error:
        raise InvalidSpec(f"cannot read {config}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidSpec(f"{config} is no YAML: {error}") from error
    if not isinstance(document, dict):
        raise InvalidSpec(f"{config} must hold a CrawlSession or its spec, not {type(document).__name__}")
    if "kind" not in document:
        return document
    if document.get("kind") != "CrawlSession" or document.get("apiVersion") != API_VERSION:
        found = f"{document.get('apiVersion')} {document.get('kind')}"
        raise InvalidSpec(f"{config} must hold a {API_VERSION} CrawlSession, not a {found}")
    spec = document.get("spec")
    if not isinstance(spec, dict):
        raise InvalidSpec(f"{config} has no spec")
    return spec


def _lines(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"])
        lines.append(f"spec{path}: {problem['msg'].removeprefix('Value error, ')}")
    return lines

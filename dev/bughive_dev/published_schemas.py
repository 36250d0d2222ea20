"""Writes the JSON schemas in docs/ of what others read: `python -m bughive_dev.published_schemas [--check]`."""

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter

from bughive_dev.checkout import ROOT
from bughive_dev.generated import write_or_check
from bughive_worker.report.document import ReportDocument
from bughive_worker.webhooks.payload import Payload

REPORT = ROOT / "docs" / "report.schema.json"
WEBHOOK = ROOT / "docs" / "webhook.schema.json"


def rendered() -> dict[Path, str]:
    """Each file and what it should hold."""
    report: TypeAdapter[ReportDocument] = TypeAdapter(ReportDocument)
    webhook: TypeAdapter[Payload] = TypeAdapter(Payload)
    return {REPORT: _schema(report), WEBHOOK: _schema(webhook)}


def _schema(adapter: TypeAdapter[ReportDocument] | TypeAdapter[Payload]) -> str:
    schema = adapter.json_schema(by_alias=True, mode="serialization")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"


def main() -> int:
    """Write the files, or with ``--check`` say which are stale."""
    return write_or_check(rendered(), "bughive_dev.published_schemas")


if __name__ == "__main__":
    sys.exit(main())

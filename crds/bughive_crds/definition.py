"""The CustomResourceDefinitions: names, columns, and the rule that a spec does not change."""

from dataclasses import dataclass
from typing import Any

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_schedule import MAX_NAME, CrawlScheduleSpec, CrawlScheduleStatus
from bughive_crds.crawl_session import MUTABLE_FIELDS, CrawlSessionSpec, CrawlSessionStatus
from bughive_crds.model import VALIDATIONS
from bughive_crds.openapi import Schema, structural_schema

REVISION = 8
"""Raised with each change of a schema; the operator refuses to run on an older one."""

REVISION_ANNOTATION = f"{GROUP}/crd-revision"


@dataclass(frozen=True)
class Column:
    """A column of ``kubectl get``."""

    name: str
    path: str
    type: str = "string"
    wide: bool = False
    """Shown with ``-o wide`` only."""

    def manifest(self) -> dict[str, Any]:
        """As the CRD writes it."""
        column = {"name": self.name, "type": self.type, "jsonPath": self.path}
        return {**column, "priority": 1} if self.wide else column


AGE = Column("AGE", ".metadata.creationTimestamp", "date")


def crawl_session() -> dict[str, Any]:
    """The CustomResourceDefinition of ``CrawlSession``."""
    spec = structural_schema(CrawlSessionSpec)
    spec[VALIDATIONS] = [*spec[VALIDATIONS], *_immutability(spec)]
    return _definition(
        kind="CrawlSession",
        plural="crawlsessions",
        short_names=["crawl", "crawls"],
        description="One crawl of one site, in search of bugs: apply it, watch it, read its verdict.",
        parts={"spec": spec, "status": structural_schema(CrawlSessionStatus)},
        required=["spec"],
        columns=[
            Column("PHASE", ".status.phase"),
            Column("PAGES", ".status.progress.pages"),
            Column("BUGS", ".status.bugs.total", "integer"),
            Column("CRITICAL", ".status.bugs.critical", "integer"),
            Column("OUTCOME", ".status.outcome"),
            AGE,
            Column("URL", ".spec.url", wide=True),
            Column("CURRENT", ".status.progress.currentURL", wide=True),
            Column("WORKER", ".status.worker", wide=True),
            Column("ATTEMPT", ".status.attempt", "integer", wide=True),
            Column("REPORT", ".status.reportURL", wide=True),
        ],
    )


def crawl_report() -> dict[str, Any]:
    """The CustomResourceDefinition of ``CrawlReport``."""
    return _definition(
        kind="CrawlReport",
        plural="crawlreports",
        short_names=["crawlreport"],
        description="What a CrawlSession found, in short: the worst bugs, and where the full report is.",
        parts={"report": structural_schema(CrawlReportContent)},
        required=["report"],
        columns=[
            Column("SESSION", ".report.session"),
            Column("OUTCOME", ".report.outcome"),
            Column("BUGS", ".report.bugs.total", "integer"),
            Column("CRITICAL", ".report.bugs.critical", "integer"),
            Column("HIGH", ".report.bugs.high", "integer"),
            AGE,
            Column("URL", ".report.url", wide=True),
        ],
    )


def crawl_schedule() -> dict[str, Any]:
    """The CustomResourceDefinition of ``CrawlSchedule``."""
    return _definition(
        kind="CrawlSchedule",
        plural="crawlschedules",
        short_names=["crawlschedule"],
        description="CrawlSessions that start by themselves, by the rules of a CronJob.",
        parts={"spec": structural_schema(CrawlScheduleSpec), "status": structural_schema(CrawlScheduleStatus)},
        required=["spec"],
        rules=[
            {
                "rule": f"size(self.metadata.name) <= {MAX_NAME}",
                "message": f"metadata.name must have at most {MAX_NAME} characters: the names of its sessions begin "
                "with it",
            }
        ],
        columns=[
            Column("SCHEDULE", ".spec.schedule"),
            Column("TIMEZONE", ".spec.timeZone"),
            Column("SUSPEND", ".spec.suspend", "boolean"),
            Column("ACTIVE", ".status.activeCount", "integer"),
            Column("LAST", ".status.lastScheduleTime", "date"),
            # As a date, kubectl would show a moment to come as <invalid>.
            Column("NEXT", ".status.nextScheduleTime"),
            AGE,
            Column("POLICY", ".spec.concurrencyPolicy", wide=True),
            Column("SCHEDULED", ".status.conditions[?(@.type=='Scheduled')].reason", wide=True),
            Column("URL", ".spec.sessionTemplate.spec.url", wide=True),
        ],
    )


def all_definitions() -> list[dict[str, Any]]:
    """Every CustomResourceDefinition of the project."""
    return [crawl_session(), crawl_report(), crawl_schedule()]


def _immutability(spec: Schema) -> list[dict[str, str]]:
    """One rule a field, at spec level: a rule at the field itself would not see it added or removed."""
    rules = [
        {
            "rule": f"has(self.{name}) == has(oldSelf.{name}) && (!has(self.{name}) || self.{name} == oldSelf.{name})",
            "message": f"spec.{name} cannot be changed: delete this CrawlSession or create a new one",
        }
        for name in spec["properties"]
        if name not in MUTABLE_FIELDS
    ]
    undo = {
        "rule": "!oldSelf.cancel || self.cancel",
        "message": "spec.cancel cannot be taken back: create a new CrawlSession",
    }
    return [*rules, undo]


def _definition(  # noqa: PLR0913 - a CRD has this many parts
    *,
    kind: str,
    plural: str,
    short_names: list[str],
    description: str,
    parts: dict[str, Schema],
    required: list[str],
    columns: list[Column],
    rules: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    schema: Schema = {
        "description": description,
        "type": "object",
        "required": required,
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            **parts,
        },
        **({VALIDATIONS: rules} if rules else {}),
    }
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [column.manifest() for column in columns],
        "schema": {"openAPIV3Schema": schema},
    }
    if "status" in parts:
        version["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}", "annotations": {REVISION_ANNOTATION: str(REVISION)}},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": short_names,
                "categories": ["bughive"],
            },
            "versions": [version],
        },
    }

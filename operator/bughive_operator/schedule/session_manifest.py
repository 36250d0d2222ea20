"""The CrawlSession that a run creates. Pure."""

from typing import Any

from bughive_crds import API_VERSION
from bughive_crds.crawl_schedule import SCHEDULE_LABEL, SCHEDULED_AT_ANNOTATION
from bughive_operator.schedule.actions import CreateSession
from bughive_operator.schedule.observation import Schedule


def session_manifest(schedule: Schedule, run: CreateSession) -> dict[str, Any]:
    """A session of the schedule's template, owned by it, so that it goes with it."""
    if schedule.spec is None:
        raise ValueError(schedule.spec_error)
    template = schedule.spec.session_template
    owner = {"apiVersion": API_VERSION, "kind": schedule.kind, "name": schedule.name, "uid": schedule.uid}
    return {
        "apiVersion": API_VERSION,
        "kind": "CrawlSession",
        "metadata": {
            "name": run.name,
            "namespace": schedule.namespace,
            "labels": {**template.metadata.labels, SCHEDULE_LABEL: schedule.name},
            "annotations": {**template.metadata.annotations, SCHEDULED_AT_ANNOTATION: f"{run.at:%Y-%m-%dT%H:%M:%SZ}"},
            "ownerReferences": [{**owner, "controller": True}],
        },
        "spec": template.spec.model_dump(mode="json", by_alias=True, exclude_none=True),
    }

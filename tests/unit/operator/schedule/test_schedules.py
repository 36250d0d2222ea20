"""What is kept of each schedule, and what its sessions are made of."""

import pytest
from fixtures.schedule_world import make_world

from bughive_operator.schedule.actions import CreateSession
from bughive_operator.schedule.schedules import Schedules
from bughive_operator.schedule.session_manifest import session_manifest

TEMPLATE = {
    "metadata": {"labels": {"team": "web"}, "annotations": {"note": "by night"}},
    "spec": {"url": "https://shop.example/", "priority": "Low"},
}


def body(version=1, uid="a", **parts):
    metadata = {
        "uid": uid,
        "namespace": "web",
        "name": "shop",
        "generation": 1,
        "resourceVersion": str(version),
        "creationTimestamp": "2026-06-01T12:00:00Z",
    }
    return {"metadata": metadata, "spec": {"schedule": "@daily", "sessionTemplate": TEMPLATE}, **parts}


@pytest.fixture
def schedules():
    return Schedules()


def test_only_what_is_newer_counts_as_a_change(schedules):
    assert schedules.put(body(9))
    assert not schedules.put(body(9))
    assert not schedules.put(body(8))
    assert schedules.put(body(10, status={"activeCount": 1}))
    assert schedules.get("a").status.active_count == 1


def test_the_answer_to_a_late_write_does_not_bring_a_deleted_schedule_back(schedules):
    schedules.put(body(1))
    schedules.remove("a")
    schedules.refresh(body(2))
    assert (schedules.get("a"), schedules.uids()) == (None, set())


def test_one_unreadable_schedule_does_not_stop_the_others(schedules):
    assert not schedules.put(body(1, status={"activeCount": "many"}))
    assert schedules.put(body(1, uid="b", status={"mood": "good"}))


def test_a_session_is_made_of_the_template_and_belongs_to_the_schedule():
    shop = make_world(sessionTemplate=TEMPLATE)
    run = CreateSession("shop-20260601-1131", shop.now, on_demand=False)
    manifest = session_manifest(shop.schedule, run)
    assert manifest["metadata"] == {
        "name": "shop-20260601-1131",
        "namespace": "web",
        "labels": {"team": "web", "bughive.dev/schedule": "shop"},
        "annotations": {"note": "by night", "bughive.dev/scheduled-at": "2026-06-01T11:30:01Z"},
        "ownerReferences": [
            {
                "apiVersion": "bughive.dev/v1alpha1",
                "kind": "CrawlSchedule",
                "name": "shop",
                "uid": "5ced",
                "controller": True,
            }
        ],
    }
    assert (manifest["spec"]["url"], manifest["spec"]["priority"]) == ("https://shop.example/", "Low")

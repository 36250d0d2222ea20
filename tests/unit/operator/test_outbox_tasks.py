"""Which tasks follow from what happened to a session."""

from typing import Any

import pytest

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_operator.outbox_tasks import Task, tasks_of, tells_others, wanted_entries
from bughive_protocol.messages import OPEN_TICKETS, ROUTES, SEND_WEBHOOK, UPLOAD_SCREENSHOT
from bughive_protocol.outbox_entry import EntryKind, OutboxEntry
from bughive_protocol.picture import page_subject
from bughive_protocol.queues import MEDIA, TICKETS

STARTED, FINISHED = OutboxEntry(kind="started"), OutboxEntry(kind="finished")


def spec(*webhooks: list[str] | None) -> CrawlSessionSpec:
    asked = [{"url": f"https://hooks.example/{n}", **({"events": e} if e else {})} for n, e in enumerate(webhooks)]
    without = {"artifacts": {"screenshots": "None"}}
    return CrawlSessionSpec.model_validate({"url": "https://shop.example/", "webhooks": asked, **without})


def bugs(*fingerprints: str) -> list[OutboxEntry]:
    return [OutboxEntry(kind="bug", body=fingerprint) for fingerprint in fingerprints]


def told(tasks: tuple[Task, ...]) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(t.arguments["webhook"], t.arguments["event"], t.arguments["fingerprints"]) for t in tasks]


def test_each_webhook_is_told_what_it_asks_for() -> None:
    wanted = spec(None, ["session.finished"], ["bug.found"])
    assert told(tasks_of("s", [STARTED, *bugs("f1", "f2"), FINISHED], wanted)) == [
        (0, "session.started", ()),
        (0, "bug.found", ("f1", "f2")),
        (2, "bug.found", ("f1", "f2")),
        (0, "session.finished", ()),
        (1, "session.finished", ()),
    ]


def test_a_message_tells_of_a_hundred_bugs_at_most_and_of_each_once() -> None:
    many = [f"f{n}" for n in range(250)]
    tasks = tasks_of("s", bugs(*many, *many), spec(["bug.found"]))
    assert [len(fingerprints) for _, _, fingerprints in told(tasks)] == [100, 100, 50]
    assert [item for task in tasks for item in task.items] == [f"0 {name}" for name in many]


def test_a_task_has_the_same_id_whenever_the_same_is_told_and_else_another() -> None:
    def ids(*arguments: Any) -> set[str]:
        return {task.id for task in tasks_of(*arguments)}

    both, one = spec(None, None), [STARTED]
    assert ids("s", one, both) == ids("s", one, both)
    assert len(ids("s", one, both) | ids("t", one, both) | ids("s", [FINISHED], both) | ids("s", bugs("f"), both)) == 8
    assert ids("s", bugs("f", "g"), spec(None)) == ids("s", bugs("g", "f"), spec(None))


def test_a_task_carries_ids_alone_and_goes_to_the_tickets_queue() -> None:
    (task,) = tasks_of("s", [FINISHED], spec(["session.finished"]))
    assert (task.name, ROUTES[task.name]) == (SEND_WEBHOOK, TICKETS)
    assert task.arguments == {"webhook": 0, "event": "session.finished", "fingerprints": ()}


def test_each_picture_that_was_taken_is_uploaded_and_nobody_is_told_of_it() -> None:
    pictured = CrawlSessionSpec(url="https://shop.example/")
    taken = [OutboxEntry(kind="picture", body=fingerprint) for fingerprint in ("f1", "f2", "f1")]
    tasks = tasks_of("s", [STARTED, *bugs("f1", "f3"), *taken, FINISHED], pictured)
    assert [(task.name, task.arguments, task.delivers) for task in tasks] == [
        (UPLOAD_SCREENSHOT, {"fingerprint": "f1"}, None),
        (UPLOAD_SCREENSHOT, {"fingerprint": "f2"}, None),
    ]
    assert ROUTES[UPLOAD_SCREENSHOT] is MEDIA
    assert (wanted_entries(pictured), tells_others(pictured)) == (("picture",), False)
    assert (wanted_entries(spec()), tells_others(spec())) == ((), False)


def test_pictures_of_pages_are_uploaded_as_those_of_bugs_are() -> None:
    pictured = CrawlSessionSpec.model_validate({"url": "https://shop.example/", "artifacts": {"screenshots": "All"}})
    page = page_subject("https://shop.example/cart?token=hush")
    (task,) = tasks_of("s", [OutboxEntry(kind="picture", body=page)], pictured)
    assert (task.name, task.arguments) == (UPLOAD_SCREENSHOT, {"fingerprint": page})
    assert "hush" not in f"{task.id}{task.arguments}"
    assert (wanted_entries(pictured), tells_others(pictured)) == (("picture",), False)


def test_a_word_of_a_newer_version_leads_to_nothing() -> None:
    assert tasks_of("s", [OutboxEntry(kind="from-the-future")], spec(None)) == ()


@pytest.mark.parametrize(
    ("asked", "entries"),
    [
        (spec(), ()),
        (spec(None), ("started", "bug", "finished")),
        (spec(["session.finished"]), ("finished",)),
        (spec(["bug.found"]), ("bug", "finished")),
        (spec(["session.started"], ["session.finished"]), ("started", "finished")),
    ],
)
def test_a_session_leaves_only_entries_that_something_follows_from_and_its_end(asked, entries) -> None:
    assert wanted_entries(asked) == entries
    assert set(entries) <= set(EntryKind)


def test_a_session_that_has_finished_sends_for_tickets_to_each_tracker_once() -> None:
    tickets = {"linear": {"teamKey": "WEB"}, "github": {"repository": "acme/shop", "secretRef": {"name": "github"}}}
    given = {"url": "https://shop.example/", "tickets": tickets, "artifacts": {"screenshots": "None"}}
    asked = CrawlSessionSpec.model_validate(given)
    assert wanted_entries(asked) == (EntryKind.FINISHED,)
    sent = tasks_of("s", [STARTED, *bugs("f"), FINISHED], asked)
    assert [(task.name, task.id, task.items, dict(task.arguments)) for task in sent] == [
        (OPEN_TICKETS, "s-linear", ("linear",), {"tracker": "linear"}),
        (OPEN_TICKETS, "s-github", ("github",), {"tracker": "github"}),
    ]
    assert tasks_of("s", [STARTED, *bugs("f")], asked) == ()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"webhooks": [{"url": "https://hooks.example/", "events": ["bug.found"]}]},
        {"webhooks": [{"url": "https://hooks.example/", "events": ["session.started"]}]},
        {"tickets": {"linear": {"teamKey": "WEB"}}},
        {"tickets": {"github": {"repository": "acme/shop", "secretRef": {"name": "github"}}}},
    ],
)
def test_others_hear_of_a_session_where_a_task_delivers_something_and_only_there(more) -> None:
    asked = CrawlSessionSpec.model_validate({"url": "https://shop.example/", **more})
    tasks = [task for kind in EntryKind for task in tasks_of("s", [OutboxEntry(kind=kind, body="f")], asked)]
    assert tells_others(asked) is any(task.delivers for task in tasks)

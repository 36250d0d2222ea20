"""The work queue by key."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

from bughive_operator.keyed_queue import KeyedQueue


@asynccontextmanager
async def running(handler, workers=4, **more):
    queue, stop = KeyedQueue(handler, workers, **more), asyncio.Event()
    task = asyncio.create_task(queue.run(stop))
    try:
        yield queue
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


async def until(ready) -> None:
    async with asyncio.timeout(5):
        while not ready():  # noqa: ASYNC110 - the queue is to be seen from outside, it sets no event
            await asyncio.sleep(0)


async def test_a_key_is_never_worked_on_twice_at_once_and_no_mark_is_lost():
    at_work, most, runs = Counter(), Counter(), Counter()
    gate = asyncio.Event()

    async def handler(key):
        at_work[key] += 1
        most[key] = max(most[key], at_work[key])
        runs[key] += 1
        await gate.wait()
        at_work[key] -= 1

    async with running(handler) as queue:
        queue.mark("a")
        queue.mark("b")
        await until(lambda: at_work == {"a": 1, "b": 1})
        for _ in range(5):
            queue.mark("a")
        gate.set()
        await until(lambda: queue.idle)
    assert most == {"a": 1, "b": 1}
    assert runs == {"a": 2, "b": 1}


async def test_a_mark_before_the_work_begins_is_no_second_run():
    runs = Counter()

    async def handler(key):
        runs[key] += 1

    async with running(handler) as queue:
        queue.mark("a")
        queue.mark("a")
        await until(lambda: runs and queue.idle)
    assert runs == {"a": 1}


async def test_a_handler_is_called_again_when_it_asked_for_it():
    runs = []

    async def handler(key):
        runs.append(key)
        return 0.01 if len(runs) < 3 else None

    async with running(handler) as queue:
        queue.mark("a")
        await until(lambda: len(runs) == 3)
        await until(lambda: queue.idle)
    assert runs == ["a", "a", "a"]


async def test_the_latest_answer_decides_when_a_key_is_next():
    runs = []

    async def handler(key):
        runs.append(key)
        return 30.0 if len(runs) == 1 else None

    async with running(handler) as queue:
        queue.mark("a")
        await until(lambda: len(runs) == 1 and queue.idle)
        queue.mark("a")
        await until(lambda: len(runs) == 2 and queue.idle)
        assert queue._timers == {}


async def test_an_error_is_tried_again_later_and_leaves_other_keys_alone(monkeypatch):
    monkeypatch.setattr("bughive_operator.keyed_queue.FIRST_RETRY_SECONDS", 0.01)
    runs = Counter()

    async def handler(key):
        runs[key] += 1
        if key == "bad" and runs[key] < 3:
            raise OSError("no route")

    async with running(handler, workers=1) as queue:
        queue.mark("bad")
        queue.mark("good")
        await until(lambda: runs == {"bad": 3, "good": 1})


async def test_what_is_being_worked_on_at_the_stop_is_brought_to_its_end():
    done, stop = [], asyncio.Event()
    begun, gate = asyncio.Event(), asyncio.Event()

    async def handler(key):
        begun.set()
        await gate.wait()
        done.append(key)

    queue = KeyedQueue(handler, 2)
    task = asyncio.create_task(queue.run(stop))
    queue.mark("a")
    await begun.wait()
    stop.set()
    queue.mark("b")
    gate.set()
    await asyncio.wait_for(task, 5)
    assert done == ["a"]


async def test_urgent_keys_overtake_and_find_hands_that_ordinary_ones_may_not_take():
    begun: list[str] = []
    gate = asyncio.Event()

    async def handler(key):
        begun.append(key)
        await gate.wait()

    stop = asyncio.Event()
    queue = KeyedQueue(handler, 3, urgent=lambda key: key.startswith("urgent"), reserved=1)
    task = asyncio.create_task(queue.run(stop))
    for key in ("a", "b", "c", "d"):
        queue.mark(key)
    await until(lambda: begun == ["a", "b"])
    for key in ("urgent 1", "urgent 2"):
        queue.mark(key)
    await until(lambda: begun == ["a", "b", "urgent 1"])
    gate.set()
    await until(lambda: queue.idle)
    assert begun == ["a", "b", "urgent 1", "urgent 2", "c", "d"]
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_a_key_that_becomes_urgent_while_it_waits_overtakes():
    begun: list[str] = []
    urgent: set[str] = set()

    async def handler(key):
        begun.append(key)

    queue, stop = KeyedQueue(handler, 1, urgent=urgent.__contains__), asyncio.Event()
    for key in ("a", "b", "c"):
        queue.mark(key)
    urgent.add("c")
    queue.mark("c")
    task = asyncio.create_task(queue.run(stop))
    await until(lambda: queue.idle)
    assert begun == ["c", "a", "b"]
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_what_is_marked_for_later_waits_for_all_else_and_is_worked_on_once():
    order = []

    async def handler(key):
        order.append(key)

    async with running(handler, workers=1) as queue:
        queue.mark("at work")
        queue.mark_later("a")
        queue.mark_later("b")
        queue.mark_later("c")
        queue.mark("changed")
        queue.mark("c")
        await until(lambda: queue.idle)
    assert order == ["at work", "changed", "c", "a", "b"]


async def test_patient_keys_wait_for_all_others_until_they_are_patient_no_more():
    order, patient = [], {"new", "called"}

    async def handler(key):
        order.append(key)

    async with running(handler, workers=1, patient=lambda key: key in patient) as queue:
        for key in ("at work", "new", "called", "goes on"):
            queue.mark(key)
        patient.discard("called")
        queue.mark("called")
        await until(lambda: queue.idle)
    assert order == ["at work", "goes on", "called", "new"]


async def test_what_is_marked_already_is_not_marked_for_later():
    runs = Counter()

    async def handler(key):
        runs[key] += 1

    async with running(handler, workers=1) as queue:
        for key in ("at work", "waiting"):
            queue.mark(key)
            queue.mark_later(key)
        await until(lambda: queue.idle)
    assert runs == {"at work": 1, "waiting": 1}

import asyncio
from types import SimpleNamespace

from bughive_worker.browser.witness import MAX_DIALOGS, MAX_ENTRIES, Witness

MAIN = SimpleNamespace(parent_frame=None)


def line(text: str, kind: str = "error") -> SimpleNamespace:
    return SimpleNamespace(type=kind, text=text, location={"url": "http://a/", "lineNumber": 3})


def test_what_the_last_page_said_is_forgotten_when_the_new_one_is_there():
    witness = Witness()
    witness.on_console(line("old"))
    witness.on_commit(MAIN)
    witness.on_console(line("new"))

    assert [entry.text for entry in witness.console] == ["new"]


def test_a_second_document_of_the_same_visit_forgets_nothing():
    witness = Witness()
    witness.on_commit(MAIN)
    witness.on_console(line("first"))
    witness.on_commit(MAIN)

    assert [entry.text for entry in witness.console] == ["first"]


def test_frames_are_no_documents_of_the_page():
    witness = Witness()
    witness.on_commit(SimpleNamespace(parent_frame=MAIN))

    assert witness.commits == 0


def test_lists_are_bounded_and_only_errors_and_warnings_kept():
    witness = Witness()
    witness.on_console(line("chatter", "log"))
    for _ in range(3 * MAX_ENTRIES):
        witness.on_console(line("x" * 10_000))

    assert len(witness.console) == MAX_ENTRIES
    assert all(entry.level == "error" and len(entry.text) <= 2000 for entry in witness.console)


def test_too_many_dialogs_end_the_wait():
    witness = Witness()
    assert witness.verdict is None
    for _ in range(MAX_DIALOGS + 1):
        witness.on_dialog(SimpleNamespace())

    assert "dialogs" in witness.verdict


async def test_waiting_ends_with_the_event_or_at_the_deadline():
    witness, now = Witness(), asyncio.get_running_loop().time()
    asyncio.get_running_loop().call_soon(witness.on_loaded, None)

    assert await witness.until(lambda: witness.loaded > 0, now + 5)
    assert not await witness.until(lambda: witness.loaded > 1, now + 0.01)

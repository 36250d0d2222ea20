"""Every line of the process goes through one renderer, and says whose work it belongs to."""

import json
import logging
import sys

import pytest
import structlog

from bughive_protocol.logging import LogFormat, bound_session, configure_logging, configured_format


@pytest.fixture(autouse=True)
def _restore():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def _lines(capsys) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_lines_and_those_of_libraries_look_the_same(capsys) -> None:
    configure_logging(json=True)
    structlog.get_logger("bughive").info("claimed", url="http://shop.test/")
    logging.getLogger("celery.worker").warning("lost %s", "redis", extra={"host": "a"})
    ours, theirs = _lines(capsys)
    assert (ours["event"], ours["url"], ours["level"], ours["logger"]) == (
        "claimed",
        "http://shop.test/",
        "info",
        "bughive",
    )
    assert (theirs["event"], theirs["level"], theirs["logger"], theirs["host"]) == (
        "lost redis",
        "warning",
        "celery.worker",
        "a",
    )
    assert ours.keys() - {"url"} == theirs.keys() - {"host"}


def test_every_line_of_a_sessions_work_says_so(capsys) -> None:
    configure_logging(json=True)
    with bound_session("uid", "default/shop", "uid-1-0", 1):
        structlog.get_logger().info("within")
        logging.getLogger("celery").info("within too")
    structlog.get_logger().info("outside")
    *within, outside = _lines(capsys)
    bound = {"session_id": "uid", "session": "default/shop", "task_id": "uid-1-0", "attempt": 1}
    assert all(bound.items() <= line.items() for line in within)
    assert not bound.keys() & outside.keys()


def test_an_exception_is_part_of_its_line(capsys) -> None:
    configure_logging(json=True)
    try:
        int("boom")
    except ValueError:
        logging.getLogger("kopf").exception("failed")
    (line,) = _lines(capsys)
    assert "boom" in line["exception"][0]["exc_value"]


def test_lines_below_the_level_are_not_written(capsys) -> None:
    configure_logging(json=True, level="WARNING")
    structlog.get_logger("a").info("quiet")
    logging.getLogger("b").info("quiet")
    structlog.get_logger("a").warning("loud")
    assert [line["event"] for line in _lines(capsys)] == ["loud"]


def test_a_library_that_had_a_handler_of_its_own_is_not_written_twice(capsys) -> None:
    noisy = logging.getLogger("noisy")
    noisy.addHandler(logging.StreamHandler(sys.stderr))
    noisy.propagate = False
    configure_logging(json=True)
    noisy.warning("once")
    assert [line["event"] for line in _lines(capsys)] == ["once"]


def test_a_person_gets_a_console(capsys) -> None:
    configure_logging(json=False)
    structlog.get_logger("a").info("claimed", url="http://shop.test/")
    line = capsys.readouterr().err
    assert "claimed" in line
    assert "url=http://shop.test/" in line


@pytest.mark.parametrize(("chosen", "as_json"), [("auto", None), ("json", True), ("console", False)])
def test_a_format_is_chosen_by_its_name(chosen, as_json) -> None:
    assert configured_format(LogFormat(chosen)) is as_json

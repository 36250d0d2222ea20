import threading

import pytest

from bughive_dev.cache import cached
from bughive_dev.checkout import cache_directory


def test_an_entry_is_made_once(tmp_path):
    made = []

    def make(place):
        made.append(place)
        place.write_text("whole")

    for _ in range(2):
        assert cached(tmp_path / "deep/entry", make).read_text() == "whole"
    assert len(made) == 1


def test_an_entry_whose_making_failed_is_not_there_and_can_be_made_again(tmp_path):
    def fail(place):
        place.write_text("half")
        raise RuntimeError("compiler")

    with pytest.raises(RuntimeError):
        cached(tmp_path / "entry", fail)
    assert not (tmp_path / "entry").exists()

    assert cached(tmp_path / "entry", lambda place: place.write_text("whole")).read_text() == "whole"


def test_what_a_killed_maker_left_is_swept_away(tmp_path):
    (tmp_path / "entry.partial").mkdir()
    (tmp_path / "entry.partial/half").write_text("half")

    assert cached(tmp_path / "entry", lambda place: place.write_text("whole")).read_text() == "whole"


def test_of_two_at_once_one_makes_and_the_other_waits_for_it(tmp_path):
    begun, may_end, made = threading.Event(), threading.Event(), []

    def make(place):
        made.append(place)
        begun.set()
        may_end.wait(10)
        place.write_text("whole")

    first = threading.Thread(target=cached, args=(tmp_path / "entry", make))
    second = threading.Thread(target=cached, args=(tmp_path / "entry", make))
    first.start()
    begun.wait(10)
    second.start()
    may_end.set()
    for each in (first, second):
        each.join(10)

    assert len(made) == 1


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"BUGHIVE_CACHE": "/own", "XDG_CACHE_HOME": "/shared", "HOME": "/home/a"}, "/own"),
        ({"XDG_CACHE_HOME": "/shared", "HOME": "/home/a"}, "/shared/bughive"),
        ({"HOME": "/home/a"}, "/home/a/.cache/bughive"),
    ],
)
def test_the_cache_is_where_the_user_wants_it(monkeypatch, environment, expected):
    for name in ("BUGHIVE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert str(cache_directory()) == expected

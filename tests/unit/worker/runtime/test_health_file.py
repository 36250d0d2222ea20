import os
import time
from pathlib import Path

from bughive_worker.runtime.health_file import ailment


def test_a_fresh_file_is_a_living_worker(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    file.touch()
    assert ailment(file, 150) is None


def test_an_old_file_is_a_stuck_loop_and_the_message_says_how_old(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    file.touch()
    an_hour_ago = time.time() - 3600
    os.utime(file, (an_hour_ago, an_hour_ago))
    problem = ailment(file, 150)
    assert problem is not None
    assert "3600 s ago, more than 150 s" in problem


def test_a_missing_file_names_the_setting(tmp_path: Path) -> None:
    problem = ailment(tmp_path / "alive", 150)
    assert problem is not None
    assert "BUGHIVE_HEALTH_FILE" in problem

import subprocess
import sys
from pathlib import Path

import pytest

from bughive_protocol.queues import QUEUES
from bughive_worker.main import parse


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_chosen_by_name(name: str) -> None:
    assert parse(["--queues", name]).queues is QUEUES[name]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--queues", "crawl,media"], "bughive-worker --queues crawl & bughive-worker --queues media"),
        (["--queues", "crawls"], "there is no queue 'crawls'; choose from crawl, tickets, media, default"),
        (["--queues", "crawl", "--concurrency", "0"], "write 1 or more"),
        ([], "--queues"),
    ],
)
def test_a_wrong_command_line_says_what_to_write(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse(arguments)
    assert end.value.code == 2
    assert told in capsys.readouterr().err


def test_a_probe_is_cheap_for_it_imports_neither_celery_nor_the_crawl(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['--check-health', sys.argv[1]]\n"
        "from bughive_worker.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert 'does not exist' in end.code, end.code\n"
        "print(sorted({'celery', 'langgraph', 'redis', 'playwright'} & set(sys.modules)))"
    )
    probe = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "alive")], capture_output=True, text=True, check=True, timeout=30
    )
    assert probe.stdout.strip() == "[]"

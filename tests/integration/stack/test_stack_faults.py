"""Programs that are killed in mid-crawl: the session completes, every page is recorded once, the bugs are the same."""

from collections.abc import Iterator

import psutil
import pytest

from bughive_crds.crawl_session import Phase

pytestmark = pytest.mark.timeout(240)
TAKEOVER_SECONDS = 30.0


@pytest.fixture(scope="module")
def undisturbed(installation):
    """What a crawl finds when nothing happens to it."""
    uid = installation.apply("undisturbed")
    installation.wait_for("undisturbed", Phase.COMPLETED)
    outcome = installation.outcome(uid)
    assert outcome.counts["crawled"] > 40
    assert outcome.bugs
    return outcome


@pytest.fixture(autouse=True)
def _leaves_no_process(installation) -> Iterator[None]:
    yield
    _, alive = psutil.wait_procs(installation.strays(), timeout=20)
    assert alive == [], [process.cmdline() for process in alive]


def completes_as(installation, name: str, uid: str, undisturbed, attempt: int) -> None:
    status = installation.wait_for(name, Phase.COMPLETED)
    assert status.attempt == attempt
    outcome = installation.outcome(uid)
    assert outcome.pages == undisturbed.pages
    assert outcome.counts == undisturbed.counts
    assert outcome.bugs == undisturbed.bugs
    assert installation.recorded(uid) == len(outcome.pages)


def taken_over(installation, name: str, uid: str) -> None:
    """The next attempt's worker has the session."""
    seconds = installation.wait(
        "another attempt holds the session",
        lambda: installation.status(name).attempt == 2 and installation.leased(uid),
        TAKEOVER_SECONDS,
    )
    print(f"taken over after {seconds:.1f} s")  # noqa: T201 - the number is wanted, not only that it is in bounds


def test_kill_9_of_the_workers_parent(installation, undisturbed) -> None:
    uid = installation.begin("parent")
    installation.program("worker-crawl").kill()
    installation.start_again("worker-crawl")
    taken_over(installation, "parent", uid)
    completes_as(installation, "parent", uid, undisturbed, attempt=2)


def test_kill_9_of_the_workers_child(installation, undisturbed) -> None:
    uid = installation.begin("child")
    installation.busy_child().kill()
    taken_over(installation, "child", uid)
    completes_as(installation, "child", uid, undisturbed, attempt=2)
    assert "worker-crawl" not in installation.stack.ended()


def browser(child: psutil.Process) -> psutil.Process:
    """Chromium's first process; a distribution's Chromium may be started by a shell script, which stays its parent."""
    marked = [each for each in child.children(recursive=True) if "--bughive-browser=" in " ".join(each.cmdline())]
    return max((each for each in marked if "--type=" not in " ".join(each.cmdline())), key=lambda each: each.pid)


def driver(child: psutil.Process) -> psutil.Process:
    """Playwright's own process, between the worker and Chromium."""
    return next(each for each in child.children() if "run-driver" in each.cmdline())


@pytest.mark.parametrize("victim", [browser, driver])
def test_kill_9_in_the_browsers_house(installation, undisturbed, victim) -> None:
    name = victim.__name__
    uid = installation.begin(name)
    victim(installation.busy_child()).kill()
    completes_as(installation, name, uid, undisturbed, attempt=1)
    told = [line for line in installation.log_lines("worker-crawl") if line.get("session_id") == uid]
    assert any(line["event"] == "browser is replaced" for line in told)


def test_kill_9_of_the_operator(installation, undisturbed) -> None:
    uid = installation.begin("operator")
    installation.program("operator").kill()
    installation.start_again("operator")
    completes_as(installation, "operator", uid, undisturbed, attempt=1)

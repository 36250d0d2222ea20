"""One session crawled by two workers at once, and what becomes of it when one of them dies."""

import signal

import psutil
import pytest

from bughive_crds.crawl_session import Phase


@pytest.fixture(scope="module")
def undisturbed(installation):
    """What one worker alone brings to light."""
    uid = installation.apply("alone", browser={"requestsPerSecond": 100})
    installation.wait_for("alone", Phase.COMPLETED)
    return installation.outcome(uid)


def test_two_shards_bring_to_light_what_one_does(installation, undisturbed):
    uid = installation.apply("both", shards=2)
    installation.wait("both shards are at work", lambda: len(installation.status("both").workers) == 2)
    installation.wait_for("both", Phase.COMPLETED)
    assert installation.outcome(uid) == undisturbed


def test_a_lost_shards_pages_return_to_the_other(installation, undisturbed):
    uid = installation.begin("hurt", shards=2)
    installation.wait("both shards are at work", lambda: len(installation.status("hurt").workers) == 2)
    victim = psutil.Process(int(installation.status("hurt").workers[0].rpartition("/")[2]))
    victim.send_signal(signal.SIGKILL)
    status = installation.wait_for("hurt", Phase.COMPLETED)
    assert (status.attempt, status.failures) == (1, 0)
    assert installation.outcome(uid) == undisturbed


def test_a_cancelled_session_of_two_shards_leaves_one_partial_report(installation):
    installation.begin("stopped", shards=2)
    installation.change("stopped", cancel=True)
    status = installation.wait_for("stopped", Phase.CANCELLED)
    assert status.report_ref == "stopped"


def test_suspended_shards_give_both_workers_back_and_go_on_later(installation, undisturbed):
    uid = installation.begin("paused", shards=2)
    installation.change("paused", suspend=True)
    installation.wait_for("paused", Phase.SUSPENDED)
    assert not installation.leased(uid)
    installation.change("paused", suspend=False)
    installation.wait_for("paused", Phase.COMPLETED)
    assert installation.outcome(uid) == undisturbed

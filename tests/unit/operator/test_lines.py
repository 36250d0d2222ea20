"""Queues of tenants: who waits for whose workers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from bughive_operator.lines import Lines
from bughive_operator.quota import Quota, Quotas
from bughive_operator.settings import OperatorSettings
from bughive_protocol.queues import CRAWL, queue_named

ROUTES = {"team-a": "crawl-team-a", "team-a-test": "crawl-team-a"}


@pytest.fixture
def session(situation):
    def build(uid, namespace, phase="Pending"):
        attempt = {"attempt": 1} if phase != "Pending" else {}
        resource = situation({}, {"phase": phase, **attempt}, namespace=namespace).observation.resource
        return replace(resource, uid=uid)

    return build


@pytest.fixture
def now(situation):
    return situation().now


def lines_of(now, *sessions, most=2):
    lines = Lines(Quotas(Quota(most)), timedelta(minutes=10), lambda namespace: ROUTES.get(namespace, "crawl"))
    for each in sessions:
        lines.update(each, now)
    return lines


def test_a_queue_that_nobody_serves_takes_no_slot_of_another(session, now):
    stuck = [session(f"a{number}", "team-a", "Queued") for number in range(2)]
    lines = lines_of(now, *stuck, session("a-waits", "team-a-test"), session("b", "web"))
    assert lines.standing("b", now).granted
    assert lines.fits("b")
    assert not lines.standing("a-waits", now).granted
    assert lines.standing("a-waits", now).place == 1


def test_a_slot_goes_to_the_next_of_its_own_queue(session, now):
    busy = [session("a1", "team-a", "Running"), session("w1", "web", "Running")]
    lines = lines_of(now, *busy, session("a2", "team-a"), session("w2", "web"), most=1)
    lines.freed(now)
    lines.forget("a1")
    assert lines.freed(now) == ["a2"]
    assert lines.freed(now) == []


@pytest.mark.parametrize(
    "routes", ['{"team-a": "tickets"}', '{"team-a": "crawl"}', '{"team-a": "crawl-A"}', '{"Team A": "crawl-a"}', "[]"]
)
def test_a_route_to_what_is_no_tenants_queue_is_refused(routes, monkeypatch):
    monkeypatch.setenv("TENANT_QUEUES", routes)
    with pytest.raises(ValidationError):
        OperatorSettings()


def test_sessions_go_where_the_settings_say(monkeypatch):
    monkeypatch.setenv("TENANT_QUEUES", '{"team-a": "crawl-team-a"}')
    policy = OperatorSettings().policy()
    assert policy.queue_of("team-a") == "crawl-team-a"
    assert policy.queue_of("web") == "crawl"


def test_a_tenants_queue_is_set_as_the_crawl_queue_is():
    own = queue_named("crawl-team-a")
    assert own is not None
    assert own.crawls
    assert replace(own, name="crawl") == CRAWL
    assert queue_named("crawl-") is None
    assert queue_named("mail") is None

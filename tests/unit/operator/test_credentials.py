"""Which session may have which Secret, and what becomes of one whose Secrets cannot be had."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Dispatch
from bughive_operator.clock import ManualClock
from bughive_operator.credentials.check import RECHECK_SECONDS, CredentialCheck
from bughive_operator.credentials.entitlement import needed_keys, objection
from bughive_operator.credentials.secret_reader import Refusal, Secret, SecretReader, subject
from bughive_operator.line import Line
from bughive_operator.observation import Withheld
from bughive_operator.quota import Quota, Quotas
from bughive_operator.reasons import Reason

AUTH = {"auth": {"type": "Form", "secretRef": {"name": "shop-login"}}}
COMMAND = "Let it: kubectl create rolebinding ..."


@pytest.fixture
def withheld(situation):
    return Withheld(Reason.CREDENTIALS_FORBIDDEN, COMMAND, situation().now + timedelta(seconds=RECHECK_SECONDS))


def test_without_its_secrets_a_session_waits_and_says_what_to_do(situation, withheld):
    waiting = situation(AUTH, withheld=withheld)
    assert waiting.orders() == []
    status = waiting.status()
    assert (status.phase, status.attempt, status.failures) == (Phase.PENDING, 0, 0)
    assert status.message == COMMAND
    assert waiting.condition("Accepted") == ("False", "CredentialsForbidden", COMMAND)
    assert waiting.condition("Dispatched") == ("False", "CredentialsForbidden", COMMAND)
    assert waiting.plan().wake.at == withheld.until
    assert [(event.warning, event.reason) for event in waiting.events()] == [(True, "CredentialsForbidden")]


def test_a_session_that_still_waits_for_its_secrets_is_not_written_again(situation, withheld):
    waiting = situation(AUTH, withheld=withheld).later(RECHECK_SECONDS)
    again = replace(withheld, until=waiting.now + timedelta(seconds=RECHECK_SECONDS))
    observed = replace(waiting, observation=replace(waiting.observation, withheld=again))
    assert observed.plan().actions == ()
    assert observed.plan().wake.at == again.until


def test_once_its_secrets_can_be_had_a_session_goes_on(situation, withheld):
    waiting = situation(AUTH, withheld=withheld).later(RECHECK_SECONDS)
    free = replace(waiting, observation=replace(waiting.observation, withheld=None))
    assert free.orders() == [Dispatch(1)]
    assert free.condition("Accepted")[:2] == ("True", "Valid")
    assert free.status().failures == 0


def test_a_deadline_that_ends_the_wait_for_secrets_says_so(situation, withheld):
    late = situation({**AUTH, "queueDeadlineSeconds": 60}, withheld=withheld, after=61)
    assert late.status().phase is Phase.FAILED
    assert late.status().message == f"Its Secrets could not be had within queueDeadlineSeconds. {COMMAND}"


def test_a_session_that_waits_for_its_secrets_holds_no_place_in_line(situation, withheld):
    refused = situation(AUTH, withheld=withheld)
    resource = replace(refused.observation.resource, status=refused.status())
    other = replace(situation().observation.resource, uid="other", created_at=resource.created_at + timedelta(1))
    line = Line(Quotas(Quota(1)), timedelta(minutes=10))
    for session in (resource, other):
        line.update(session, refused.now)
    assert line.standing("other", refused.now + timedelta(1)).granted


@pytest.mark.parametrize(
    ("secret", "changes", "hours", "word"),
    [
        ("shop-login", {}, 0, ""),
        ("other-login", {}, 0, "names no Secret"),
        ("shop-login", {"deleting": True}, 0, "no such session"),
        ("shop-login", {"spec": None}, 0, "names no Secret"),
        ("shop-login", {"done": True}, 23, ""),
        ("shop-login", {"done": True}, 25, "over long ago"),
    ],
)
def test_a_session_may_have_the_secrets_that_its_spec_names(situation, secret, changes, hours, word):
    now = situation().now
    status = {"phase": "Completed", "completedAt": now.isoformat()} if changes.pop("done", False) else {}
    resource = replace(situation(AUTH, status).observation.resource, **changes)
    told = objection(resource, secret, now + timedelta(hours=hours))
    assert word in told
    assert bool(told) == bool(word)


def test_a_session_that_nobody_knows_may_have_nothing(situation):
    assert objection(None, "shop-login", situation().now) == "There is no such session any more."


def test_the_keys_that_a_spec_needs_follow_from_the_type(situation):
    spec = situation(AUTH).observation.resource.spec
    assert needed_keys(spec) == {"shop-login": ("username", "password")}
    assert needed_keys(situation().observation.resource.spec) == {}


@pytest.mark.parametrize(
    ("username", "argument"),
    [
        ("system:serviceaccount:bughive:bughive-operator", "--serviceaccount=bughive:bughive-operator"),
        ("kubernetes admin", "--user='kubernetes admin'"),
    ],
)
def test_the_command_names_whom_the_api_server_takes_the_operator_for(username, argument):
    assert subject(username) == argument


class ApiWith:
    """An API server with one Secret."""

    def __init__(self, **secret):
        self._secret = secret

    async def secret(self, namespace, name):
        assert (namespace, name) == ("web", "shop-login")
        return self._secret


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ({"type": "Opaque", "data": {"token": "dA=="}}, ""),
        ({"type": "kubernetes.io/basic-auth", "data": {"password": "dA=="}}, ""),
        ({"type": "kubernetes.io/service-account-token", "data": {"token": "dA=="}}, "is of type"),
        ({"type": "Opaque", "data": {"token": "A" * 70_000}}, "more than 64 KiB"),
    ],
)
async def test_what_is_the_clusters_own_or_too_large_is_handed_to_nobody(secret, told):
    read = await SecretReader(ApiWith(**secret), "bughive-credentials").read("web", "shop-login")
    if told:
        assert isinstance(read, Refusal)
        assert told in read.message
    else:
        assert read == Secret(secret["data"])
        assert "dA==" not in repr(read)


class Cupboard:
    """Secrets of the namespace web."""

    def __init__(self, **secrets):
        self.secrets = {name.replace("_", "-"): values for name, values in secrets.items()}
        self.reads = 0

    async def read(self, namespace, name):
        self.reads += 1
        assert namespace == "web"
        found = self.secrets.get(name)
        return Refusal(Reason.CREDENTIALS_FORBIDDEN, COMMAND) if found is None else Secret(found)


async def test_a_right_that_was_given_is_seen_within_half_a_minute_and_not_asked_for_all_the_time(situation):
    resource, clock, cupboard = situation(AUTH).observation.resource, ManualClock(situation().now), Cupboard()
    check = CredentialCheck(cupboard, clock)
    first = await check.look(resource)
    assert (first.reason, first.message) == (Reason.CREDENTIALS_FORBIDDEN, COMMAND)
    assert await check.look(replace(resource, uid="another")) == first
    assert cupboard.reads == 1

    cupboard.secrets["shop-login"] = {"username": "YQ==", "password": "Yg=="}
    assert await check.look(resource) == first
    clock.advance(RECHECK_SECONDS)
    assert await check.look(resource) is None
    assert cupboard.reads == 2


async def test_a_secret_without_a_key_that_the_type_needs_is_named_with_the_key(situation):
    check = CredentialCheck(Cupboard(shop_login={"username": "YQ==", "password": ""}), ManualClock(situation().now))
    seen = await check.look(situation(AUTH).observation.resource)
    assert seen.reason is Reason.CREDENTIALS_MISSING
    assert "The Secret shop-login has no password" in seen.message


@pytest.mark.parametrize("status", [{"phase": "Running", "attempt": 1}, {"phase": "Completed", "attempt": 1}])
async def test_secrets_are_looked_at_before_a_dispatch_only(situation, status):
    cupboard = Cupboard()
    check = CredentialCheck(cupboard, ManualClock(situation().now))
    assert await check.look(situation(AUTH, status).observation.resource) is None
    assert await check.look(situation().observation.resource) is None
    assert await check.look(None) is None
    assert cupboard.reads == 0

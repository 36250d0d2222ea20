"""Secrets on a real API server, which decides by RBAC, and through a real Redis: who gets which, and who does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bughive_protocol.connections import connect_async
from bughive_protocol.errors import CredentialsForbidden, CredentialsUnavailable
from bughive_protocol.keys import Keys
from bughive_worker.runtime.credentials import Credentials

from .conftest import Users

ROLE = "bughive-credentials"
LOGIN = {"username": "ada", "password": "correct horse"}
AUTH = {"type": "Form", "secretRef": {"name": "shop-login"}}
OWN = "bughive.dev"
RULES = [
    {"apiGroups": [OWN], "resources": ["crawlsessions", "crawlschedules"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [OWN], "resources": ["crawlsessions/status"], "verbs": ["patch"]},
    {"apiGroups": [OWN], "resources": ["crawlreports"], "verbs": ["create", "patch"]},
    {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["create"]},
]


def cluster_role(name: str, rules: list[dict[str, Any]]) -> str:
    body = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}}
    return json.dumps({**body, "rules": rules})


@pytest.fixture
def account(cluster, namespace, tmp_path) -> Iterator[Path]:
    """The kubeconfig of a service account with the operator's rights, and the ClusterRole that nobody is bound to."""
    secrets = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    cluster.kubectl("apply", "-f", "-", stdin=cluster_role(ROLE, secrets))
    cluster.kubectl("apply", "-f", "-", stdin=cluster_role(namespace, RULES))
    cluster.kubectl("--namespace", namespace, "create", "serviceaccount", "operator")
    whom = f"--serviceaccount={namespace}:operator"
    cluster.kubectl("create", "clusterrolebinding", namespace, f"--clusterrole={namespace}", whom)
    token = cluster.kubectl("--namespace", namespace, "create", "token", "operator").strip()
    config = json.loads(cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    path = tmp_path / "operator.kubeconfig"
    path.write_text(json.dumps(config))
    yield path
    cluster.kubectl("delete", "clusterrolebinding,clusterrole", namespace)


@pytest.fixture
async def operator(account, operators, monkeypatch) -> None:
    """An operator with these rights, that looks for new ones often."""
    monkeypatch.setattr("bughive_operator.credentials.check.RECHECK_SECONDS", 0.5)
    await operators.start(kubeconfig=str(account))


@pytest.fixture
async def credentials(settings):
    async with connect_async(settings.redis_url) as client:
        yield Credentials(client, Keys(settings.redis_key_prefix), patience=10)


async def create_secret(users: Users, name: str = "shop-login", **values: str) -> None:
    await users.kubectl("create", "secret", "generic", name, *(f"--from-literal={k}={v}" for k, v in values.items()))


async def condition(users: Users, kind: str, name: str = "shop") -> dict[str, Any]:
    conditions = (await users.status(name)).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), {})


@pytest.mark.usefixtures("operator")
async def test_without_a_binding_a_session_waits_and_its_message_is_the_command_that_lets_it_go_on(
    users, worker, credentials, eventually
):
    await create_secret(users, **LOGIN)
    uid = await users.apply(auth=AUTH)

    async def refused():
        accepted = await condition(users, "Accepted")
        return accepted.get("reason") == "CredentialsForbidden" and accepted

    accepted = await eventually(refused, "the session is not accepted")
    assert accepted["status"] == "False"
    status = await users.status()
    assert (status["phase"], status["attempt"], status["failures"]) == ("Pending", 0, 0)
    events = await users.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}")
    assert "CredentialsForbidden" in events.split()
    with pytest.raises(CredentialsForbidden, match="kubectl create rolebinding"):
        await credentials.secret(uid, "shop-login")

    _, _, command = accepted["message"].partition("kubectl ")
    assert command.startswith(f"create rolebinding {ROLE} ")
    await users.kubectl(*command.split())
    turn = await worker.take()
    assert turn.fence.session_id == uid
    assert (await condition(users, "Accepted"))["status"] == "True"
    values = await credentials.secret(uid, "shop-login")
    assert {key: value.get_secret_value() for key, value in values.items()} == LOGIN


async def bind(users: Users) -> None:
    account = f"--serviceaccount={users.namespace}:operator"
    await users.kubectl("create", "rolebinding", ROLE, f"--clusterrole={ROLE}", account)


@pytest.mark.usefixtures("operator")
async def test_a_worker_gets_what_its_session_names_in_its_own_namespace_and_nothing_else(
    cluster, users, worker, credentials
):
    await bind(users)
    await create_secret(users, **LOGIN)
    await create_secret(users, "unnamed", token="t")
    uid = await users.apply(auth=AUTH)
    await worker.take()
    assert set(await credentials.secret(uid, "shop-login")) == set(LOGIN)

    for session, secret in ((uid, "unnamed"), (uid, "../../kube-system/secrets/x"), ("0-0-0", "shop-login")):
        with pytest.raises(CredentialsForbidden) as refused:
            await credentials.secret(session, secret)
        assert "rolebinding" not in str(refused.value)

    # The Secret of that name in another namespace is not this session's, though the operator may read there too.
    others = Users(cluster, f"{users.namespace}-b")
    cluster.kubectl("create", "namespace", others.namespace)
    try:
        await create_secret(others, "elsewhere", token="t")
        whom = f"--serviceaccount={users.namespace}:operator"
        await others.kubectl("create", "rolebinding", ROLE, f"--clusterrole={ROLE}", whom)
        other = await users.apply("api", auth={"type": "Bearer", "secretRef": {"name": "elsewhere"}})
        with pytest.raises(CredentialsUnavailable, match=f"no Secret elsewhere in the namespace {users.namespace}"):
            await credentials.secret(other, "elsewhere")
    finally:
        cluster.kubectl("delete", "namespace", others.namespace, "--wait=false")


@pytest.mark.usefixtures("operator")
async def test_a_session_that_is_gone_gets_nothing(users, worker, credentials, eventually):
    await bind(users)
    await create_secret(users, **LOGIN)
    uid = await users.apply(auth=AUTH)
    await worker.take()
    await users.delete()

    async def refused():
        try:
            await credentials.secret(uid, "shop-login")
        except CredentialsForbidden:
            return True
        return False

    await eventually(refused, "a session that was deleted gets nothing")


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    ("given", "told"),
    [(None, "There is no Secret shop-login"), ({"username": "ada"}, "The Secret shop-login has no password")],
)
async def test_a_secret_that_is_missing_or_incomplete_is_told_before_the_dispatch(
    users, worker, eventually, given, told
):
    await bind(users)
    if given:
        await create_secret(users, **given)
    await users.apply(auth=AUTH)

    async def missing():
        accepted = await condition(users, "Accepted")
        return accepted.get("reason") == "CredentialsMissing" and accepted

    assert told in (await eventually(missing, "the session is not accepted"))["message"]
    if given:
        await users.kubectl("delete", "secret", "shop-login")
    await create_secret(users, **LOGIN)
    await worker.take()

"""Where a tracker's key is from, and that errors name it without telling it."""

from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.errors import IntegrationRefused
from bughive_protocol.ticket_record import TrackerName
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.outbound import Outbound
from bughive_worker.settings import WorkerSettings
from bughive_worker.tickets.finished_session import FinishedSession
from bughive_worker.tickets.github import GitHubTracker
from bughive_worker.tickets.linear import LinearTracker
from bughive_worker.tickets.open_tracker import OpenedTracker, open_tracker, tracker_spec

LINEAR = {"linear": {"teamKey": "WEB", "secretRef": {"name": "keys"}, "minSeverity": "Low", "maxTickets": 3}}
GITHUB = {"github": {"repository": "acme/shop", "secretRef": {"name": "keys"}}}
WORKERS = {"linear": {"teamKey": "WEB"}}


class Secrets:
    def __init__(self, **values: str) -> None:
        self.values = {name.replace("_", "-"): SecretStr(value) for name, value in values.items()}
        self.asked: list[tuple[str, str]] = []

    async def secret(self, session_id: str, name: str) -> Mapping[str, SecretStr]:
        self.asked.append((session_id, name))
        return self.values


async def opened(tickets: dict, secrets: Secrets, **settings: object) -> OpenedTracker:
    spec = CrawlSessionSpec.model_validate({"url": "https://shop.example/", "tickets": tickets})
    session = FinishedSession("uid", "shop", "nightly", spec, "")
    (asked,) = [found for name in TrackerName if (found := tracker_spec(session, name))]
    return await open_tracker(session, asked, WorkerSettings(**settings), Outbound(EgressPolicy()), secrets)


async def test_each_tracker_takes_its_key_from_the_sessions_own_secret() -> None:
    secrets = Secrets(api_key="lin_api_1\n", token="ghp_1")
    linear, github = await opened(LINEAR, secrets), await opened(GITHUB, secrets)
    assert isinstance(linear.tracker, LinearTracker)
    assert (linear.rules.min_severity, linear.rules.max_tickets) == ("Low", 3)
    assert isinstance(github.tracker, GitHubTracker)
    assert {linear.holder, github.holder} == {"shop/keys"}
    assert secrets.asked == [("uid", "keys")] * 2


async def test_the_workers_key_serves_who_names_no_secret_and_nobody_else() -> None:
    secrets = Secrets()
    key = SecretStr("lin_api_workers")
    assert (await opened(WORKERS, secrets, linear_api_key=key)).holder == ""
    assert secrets.asked == []
    with pytest.raises(IntegrationRefused, match="no key api-key of the Secret keys in namespace shop"):
        await opened(LINEAR, secrets, linear_api_key=key)
    with pytest.raises(IntegrationRefused, match=r"set tickets\.linear\.secretRef"):
        await opened(WORKERS, secrets, linear_api_key=None)


@pytest.mark.parametrize("value", ["", "  \n", "two words", "line\nbreak", "schlüssel", "nul\x00"])
async def test_what_is_no_key_is_refused_before_anybody_sees_it(value: str) -> None:
    with pytest.raises(IntegrationRefused, match="key api-key of the Secret keys") as refused:
        await opened(LINEAR, Secrets(api_key=value))
    assert not value.strip() or value not in str(refused.value)


def test_only_hosts_that_the_administrator_chose_are_trusted() -> None:
    assert WorkerSettings().tracker_hosts(TrackerName.GITHUB) == ()
    own = WorkerSettings(github_api_url="https://github.acme.internal/api/v3")
    assert own.tracker_hosts(TrackerName.GITHUB) == ("github.acme.internal",)
    assert own.tracker_hosts(TrackerName.LINEAR) == (), "nor by what another tracker answers"
    verdict = own.egress_policy(*own.tracker_hosts(TrackerName.GITHUB)).verdict(
        "github.acme.internal", 443, ["10.0.0.7"]
    )
    assert verdict == ("10.0.0.7",)


@pytest.mark.parametrize("url", ["github.acme.internal", "ftp://x/", "https://user@x/", "https://x/?a=b", "https://"])
def test_an_address_that_is_none_ends_the_worker(url: str) -> None:
    with pytest.raises(ValueError, match="github_api_url"):
        WorkerSettings(github_api_url=url)

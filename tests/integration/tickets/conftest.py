"""Issue trackers on loopback, and sessions that have finished, as Redis has them."""

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
import redis.asyncio
from services.github import REPOSITORY, TOKEN, GitHubService
from services.linear import KEY, LinearService

from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_session import CrawlSessionSpec, Outcome
from bughive_crds.tickets import GitHubSpec, LinearSpec
from bughive_protocol.artifact_names import PICTURE_TYPE, picture_name, report_folder
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import Digest, DispatchOrder, SessionControl
from bughive_protocol.finding import Finding
from bughive_protocol.finisher import Election, Finisher
from bughive_protocol.keys import Keys
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.limits import Limits
from bughive_protocol.picture import KeptPicture
from bughive_protocol.redis_images import RedisPictures
from bughive_protocol.redis_store import RedisFindings
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.outbound import Outbound
from bughive_worker.tickets.github import GitHubTracker
from bughive_worker.tickets.key import TrackerKey
from bughive_worker.tickets.linear import LinearTracker

PICTURE = b"RIFF a picture"
REPORT = "https://bughive.example/reports/shop/1/report.html"


@pytest.fixture
def linear() -> Iterator[LinearService]:
    with LinearService() as service:
        yield service
    assert service.invalid == []


@pytest.fixture
def github() -> Iterator[GitHubService]:
    with GitHubService() as service:
        yield service


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound(EgressPolicy.parse(["127.0.0.1"])) as outbound:
        yield outbound


@pytest.fixture
def linear_tracker(linear, outbound):
    """Makes trackers: each is another worker's."""

    def make(key: str = KEY, **spec) -> LinearTracker:
        told = LinearSpec.model_validate({"team_key": "WEB", **spec})
        return LinearTracker(
            told, TrackerKey(key, "key api-key of the Secret linear", "x"), outbound, f"{linear.url}/graphql"
        )

    return make


@pytest.fixture
def github_tracker(github, outbound):
    def make(token: str = TOKEN, repository: str = REPOSITORY, **spec) -> GitHubTracker:
        told = GitHubSpec.model_validate({"repository": repository, "secret_ref": {"name": "github"}, **spec})
        return GitHubTracker(told, TrackerKey(token, "key token of the Secret github", "x"), outbound, github.url)

    return make


@pytest.fixture
def keys(key_prefix: str) -> Keys:
    return Keys(key_prefix)


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with connect_async(redis_url) as opened:
        yield opened


@pytest.fixture
def store(tmp_path) -> ArtifactStore:
    return ArtifactStore(ArtifactSettings(artifact_url=tmp_path.as_uri()))


@pytest.fixture
def finished(redis_url: str, client, keys, store):
    """Lets a session find bugs and finish, as a worker does; returns its id."""

    async def finish(
        findings: Sequence[Finding], spec: dict[str, object], namespace: str = "shop", pictured: Sequence[str] = ()
    ) -> str:
        session_id = str(uuid.uuid4())
        told = CrawlSessionSpec.model_validate({"url": "https://shop.example/", **spec})
        order = DispatchOrder(session_id, namespace, "nightly", 1, 1, told.model_dump_json(by_alias=True))
        await SessionControl(client, keys).dispatch(order)
        with connect(redis_url) as blocking:
            fence = LeaseStore(blocking, keys).acquire(session_id, 1, 0, "worker-a").fence
        assert fence is not None
        finisher = Finisher(client, keys, fence, Limits(10))
        assert await finisher.elect() is Election.FINISH
        await RedisFindings(client, keys, fence).add(findings)
        for fingerprint in pictured:
            name = picture_name(PICTURE)
            url = await store.put(f"{report_folder(namespace, session_id)}/{name}", PICTURE, PICTURE_TYPE)
            kept = KeptPicture(name=name, url=url, width=1, height=1, size=len(PICTURE))
            await RedisPictures(client, keys, session_id).settle(fingerprint, kept)
        content = CrawlReportContent(session="nightly", url="https://shop.example/")
        await finisher.put_digest(Digest(content=content, report_url=REPORT))
        await finisher.finish(Outcome.BUGS_FOUND, {})
        return session_id

    return finish

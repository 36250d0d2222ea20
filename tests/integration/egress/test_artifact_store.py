"""The artifact store is the administrator's own, and is reached without the guard: how far it is trusted."""

from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr
from sites.ways_out.canary import Canary

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.errors import ArtifactStoreUnavailable

ELSEWHERE = "127.7.0.1"


class LeadingStore:
    """An S3 server that sends everybody elsewhere."""

    def __init__(self, canary: Canary) -> None:
        self.canary = canary
        self.asked: list[str] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        raise web.HTTPTemporaryRedirect(f"http://{ELSEWHERE}:{self.port}/")

    def client(self) -> ArtifactStore:
        settings = ArtifactSettings.model_construct(
            artifact_url="s3://bucket",
            aws_endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=SecretStr("key"),
            aws_secret_access_key=SecretStr("secret"),
        )
        return ArtifactStore(settings, timedelta(seconds=1))


@pytest.fixture
async def server():
    server = LeadingStore(Canary())
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    await server.canary.listen(ELSEWHERE, server.port)
    yield server
    await server.canary.close()
    await runner.cleanup()


async def test_an_upload_follows_no_redirect(server):
    with pytest.raises(ArtifactStoreUnavailable):
        await server.client().put("a/report.html", b"x", "text/html")
    assert server.asked == ["PUT"]
    assert server.canary.visits[ELSEWHERE] == 0


async def test_a_read_follows_the_stores_redirect_for_the_store_is_trusted(server):
    with pytest.raises(ArtifactStoreUnavailable):
        await server.client().files()
    assert server.canary.visits[ELSEWHERE] > 0


def test_no_resource_can_name_the_store():
    schema = CrawlSessionSpec.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    fields = {name.lower() for part in parts for name in part.get("properties", ())}
    assert "screenshots" in fields
    assert not [
        field for field in fields for word in ("endpoint", "bucket", "s3", "artifacturl", "store") if word in field
    ]

"""The way to the provider goes through the egress guard, and opens no way for crawls."""

import socket

import pytest

from bughive_crds.analysis import AnalysisStop
from bughive_worker.analysis.models import Models
from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.net.egress import EgressPolicy, Refusal


async def test_a_gateway_at_a_private_address_is_the_administrators_choice(provider, asking, page):
    assert await asking().analyst.answer(page()) is not None
    assert len(provider.bodies) == 1


@pytest.mark.parametrize("answer", ["169.254.169.254", "224.0.0.1"])
async def test_a_gateways_name_that_leads_to_metadata_is_refused_and_it_is_said(asking, page, answer):
    async def resolve(_: str) -> tuple[str, ...]:
        return (answer,)

    for scheme in ("http", "https"):
        settings = AnalysisSettings(anthropic_api_key="k", anthropic_base_url=f"{scheme}://gateway.example:8443")
        models = Models(settings, resolve=resolve)
        session = asking(models=models)
        assert await session.analyst.answer(page()) is None
        await models.close()
        assert session.status.stopped is AnalysisStop.EGRESS_REFUSED
        assert "which the egress guard forbids" in session.status.message
        assert session.status.usd == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_provider_that_cannot_be_reached_has_cost_nothing(asking, page, scheme):
    async def resolve(host: str) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, f"{host} is not known")

    settings = AnalysisSettings(anthropic_api_key="k", anthropic_base_url=f"{scheme}://gateway.example")
    models = Models(settings, resolve=resolve)
    session = asking(models=models)
    assert await session.analyst.answer(page()) is None
    await models.close()
    assert session.status.usd == 0
    assert session.status.stopped is None
    assert session.waits == [1.0, 2.0, 4.0]


async def test_the_process_environment_is_no_way_around_the_guard(provider, asking, page, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "another")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    assert await asking().analyst.answer(page()) is not None
    assert len(provider.bodies) == 1


def test_the_gateways_host_is_no_place_for_crawls():
    """The provider's proxy has a policy of its own: the crawl's is what the settings say."""
    crawls = EgressPolicy.parse()
    assert isinstance(crawls.verdict("gateway.ai.svc", 8080, ("10.0.0.7",)), Refusal)
    models = Models(AnalysisSettings(anthropic_api_key="k", anthropic_base_url="http://gateway.ai.svc:8080"))
    assert models._policy.verdict("gateway.ai.svc", 8080, ("10.0.0.7",)) == ("10.0.0.7",)
    assert isinstance(models._policy.verdict("other.ai.svc", 8080, ("10.0.0.7",)), Refusal)

"""What a report shows of its session's spec."""

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_worker.report.shown_spec import shown_spec


def test_of_a_webhook_only_the_host_is_shown() -> None:
    hook = {"url": "https://hooks.example:8443/services/T0KEN?key=T0KEN", "secretRef": {"name": "hook"}}
    shown = shown_spec(CrawlSessionSpec.model_validate({"url": "https://shop.example/a", "webhooks": [hook]}))
    assert shown.webhooks[0].url == "https://hooks.example:8443/"
    assert "T0KEN" not in shown.model_dump_json()
    assert shown.url == "https://shop.example/a"


def test_a_spec_without_webhooks_is_shown_as_it_is() -> None:
    spec = CrawlSessionSpec(url="https://shop.example/")
    assert shown_spec(spec) == spec

"""What a report shows of its session's spec."""

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_worker.login.redaction import REDACTED
from bughive_worker.report.shown_spec import shown_spec


def test_of_a_webhook_only_the_host_is_shown() -> None:
    hook = {"url": "https://hooks.example:8443/services/T0KEN?key=T0KEN", "secretRef": {"name": "hook"}}
    shown = shown_spec(CrawlSessionSpec.model_validate({"url": "https://shop.example/a", "webhooks": [hook]}))
    assert shown.webhooks[0].url == "https://hooks.example:8443/"
    assert "T0KEN" not in shown.model_dump_json()
    assert shown.url == "https://shop.example/a"


def test_of_the_browsers_headers_only_the_names_are_shown() -> None:
    browser = {"headers": {"X-Gate": "T0KEN", "X-Debug": "1"}, "locale": "de"}
    shown = shown_spec(CrawlSessionSpec.model_validate({"url": "https://shop.example/", "browser": browser}))
    assert shown.browser.headers == {"X-Gate": REDACTED, "X-Debug": REDACTED}
    assert shown.browser.locale == "de"
    assert CrawlSessionSpec.model_validate_json(shown.model_dump_json(by_alias=True)) == shown


def test_a_spec_without_webhooks_and_headers_is_shown_as_it_is() -> None:
    spec = CrawlSessionSpec(url="https://shop.example/")
    assert shown_spec(spec) == spec

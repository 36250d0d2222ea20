"""A spec as a report's readers may see it, who are more than those who may read the resource: pure."""

from urllib.parse import urljoin

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_worker.login.redaction import REDACTED


def shown_spec(spec: CrawlSessionSpec) -> CrawlSessionSpec:
    """Of webhooks only the host, of the browser's headers only the names: the rest may be all the password there is."""
    webhooks = tuple(webhook.model_copy(update={"url": urljoin(webhook.url, "/")}) for webhook in spec.webhooks)
    browser = spec.browser.model_copy(update={"headers": dict.fromkeys(spec.browser.headers, REDACTED)})
    return spec.model_copy(update={"webhooks": webhooks, "browser": browser})

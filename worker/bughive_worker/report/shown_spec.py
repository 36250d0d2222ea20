"""A spec as a report's readers may see it, who are more than those who may read the resource: pure."""

from urllib.parse import urlsplit

from bughive_crds.crawl_session import CrawlSessionSpec


def shown_spec(spec: CrawlSessionSpec) -> CrawlSessionSpec:
    """Of webhooks only the host: their paths are often all the password there is."""
    webhooks = tuple(webhook.model_copy(update={"url": _host(webhook.url)}) for webhook in spec.webhooks)
    return spec.model_copy(update={"webhooks": webhooks})


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"

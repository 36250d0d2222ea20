"""What a link check shows: a broken link, image or asset, or nothing.

The same target seen broken by a visit or by a page's network log has the same fingerprint.
"""

from mimetypes import guess_type
from urllib.parse import urlsplit

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import LinkItem, LinkResult, LinkVerdict
from bughive_worker.detectors.broken_assets import broken_asset
from bughive_worker.detectors.broken_images import broken_image
from bughive_worker.detectors.broken_links import broken_link


def link_finding(item: LinkItem, result: LinkResult) -> Finding | None:
    """The bug that a link check shows; None where the target is fine or would not tell a robot."""
    if result.verdict is not LinkVerdict.BROKEN:
        return None
    reason = f"HTTP {result.status}" if result.status else (result.error or "no answer")
    if not item.is_asset:
        return broken_link(item.url, source=item.source, reason=reason, text=item.text, selector=item.selector)
    is_icon = (item.selector or "").startswith("link[")
    sort = "icon" if is_icon else _sort_of(item.url)
    if sort == "image":
        return broken_image(item.url, page=item.source, reason=reason, selector=item.selector, alt=item.text or None)
    return broken_asset(item.url, page=item.source, reason=reason, resource_type=sort)


def _sort_of(url: str) -> str:
    """The resource type by the file's name, for an asset that was never loaded."""
    mime = guess_type(urlsplit(url).path)[0] or ""
    if mime.endswith("javascript"):
        return "script"
    if mime == "text/css":
        return "stylesheet"
    major = mime.partition("/")[0]
    return {"image": "image", "font": "font", "audio": "media", "video": "media"}.get(major, "other")

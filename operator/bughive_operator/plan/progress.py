"""Progress as the resource shows it, from the counts in Redis."""

from bughive_crds.analysis import AnalysisStatus
from bughive_crds.crawl_session import BugCounts, Progress
from bughive_operator.plan.view import View

_LEAST_SECONDS = 1.0


def progress(view: View, *, done: bool = False) -> Progress:
    """How far the crawl is. The speed is an average over the active time, and stands while no page is added."""
    counts, old = view.redis.counts, view.status.progress
    if view.redis.attempt == 0:
        return old or Progress()
    known = min(counts.discovered, view.spec.scope.max_pages) if view.resource.spec else counts.discovered
    percent = 100 * counts.crawled // known if known else 0
    return Progress(
        pages=f"{counts.crawled}/{known}",
        pages_crawled=counts.crawled,
        pages_discovered=counts.discovered,
        pages_failed=counts.failed,
        pages_reused=counts.reused,
        pages_left_out=counts.left_out,
        current_url=None if done else view.redis.current_url,
        pages_per_minute=_speed(view, old),
        percent=100 if done else min(percent, 99),
    )


def bugs(view: View) -> BugCounts:
    """How many bugs are known."""
    if view.redis.attempt == 0:
        return view.status.bugs or BugCounts()
    if view.redis.digest is None:
        return view.redis.bugs
    reported = view.redis.digest.content.bugs
    return view.redis.bugs.model_copy(update={"new": reported.new, "known": reported.known, "fixed": reported.fixed})


def analysis(view: View) -> AnalysisStatus | None:
    """What a language model was asked, as far as is known."""
    return view.redis.counts.analysis or view.status.analysis


def advanced(view: View) -> bool:
    """Whether pages were crawled that the resource does not show yet."""
    return view.redis.counts.crawled > (view.status.progress.pages_crawled if view.status.progress else 0)


def _speed(view: View, old: Progress | None) -> int | None:
    crawled, seconds = view.redis.counts.crawled, view.active_seconds
    if old is not None and old.pages_crawled == crawled:
        return old.pages_per_minute
    return round(60 * crawled / seconds) if seconds >= _LEAST_SECONDS else None

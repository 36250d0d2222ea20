"""One turn of a session in the loop: crawl, and when all is crawled, the one finisher concludes it."""

import asyncio
from typing import Any

import structlog

from bughive_protocol.control import Digest
from bughive_protocol.errors import FenceLost
from bughive_protocol.finisher import Election, Finisher
from bughive_protocol.limits import Limits
from bughive_protocol.redis_store import RedisFrontier
from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.stop import Stop
from bughive_worker.runtime.work import SessionWork, Turn

WAIT_SECONDS = 1.0
"""How soon a shard that has nothing to do looks again whether another one gave work back, or died."""
REPORTER_WAIT_SECONDS = 8.0
"""How long the other shards of a session that was cancelled have to leave; the operator waits 30 s for all of it."""

log = structlog.get_logger(__name__)


async def crawl_and_conclude(child: Child, turn: Turn) -> bool:
    """Crawl; when nothing is left, report and write the verdict. Returns False where it stopped on request."""
    work = await child.work()
    limits = Limits(turn.spec.scope.max_pages)
    # A turn that Redis' absence ended could not give back what it had claimed under this same fence.
    await RedisFrontier(child.redis, child.keys, turn.fence, limits).give_back()
    finisher = Finisher(child.redis, child.keys, turn.fence, limits)
    while await work.crawl(turn):
        match await finisher.elect():
            case Election.WORK:
                continue
            case Election.WAIT:
                if await _stopped_within(turn.stop, WAIT_SECONDS):
                    return False
            case Election.FINISH:
                return await _finish(work, finisher, turn)
            case Election.DONE:
                turn.stop.request(StopReason.CANCEL)
                return False
    if turn.stop.reason is StopReason.CANCEL:
        await _report_what_there_is(work, finisher, turn)
    return False


async def _finish(work: SessionWork, finisher: Finisher, turn: Turn) -> bool:
    digest = await work.conclude(turn, partial=False)
    outcome = digest.content.outcome
    if outcome is None:
        raise ValueError("the report of a session that was crawled to its end has no outcome; please report this")
    await finisher.put_digest(digest)
    verdict = await finisher.finish(outcome, _summary(digest))
    if verdict.cancelled:
        turn.stop.request(StopReason.CANCEL)
    return not verdict.cancelled


async def _report_what_there_is(work: SessionWork, finisher: Finisher, turn: Turn) -> None:
    try:
        if not await _is_reporter(finisher):
            return
        await finisher.put_digest(await work.conclude(turn, partial=True))
    except FenceLost:
        raise
    except Exception:
        # The cancel itself must not fail for a report's sake.
        log.exception("the partial report could not be written")


async def _is_reporter(finisher: Finisher) -> bool:
    """Whether this shard is to report what there is; waits a while for the others to be done."""
    for _ in range(round(REPORTER_WAIT_SECONDS / WAIT_SECONDS)):
        election = await finisher.elect_reporter()
        if election is not Election.WAIT:
            return election is Election.FINISH
        await asyncio.sleep(WAIT_SECONDS)
    return True


async def _stopped_within(stop: Stop, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


def _summary(digest: Digest) -> dict[str, Any]:
    content = digest.content
    return {
        "outcome": content.outcome,
        "pages": content.pages.model_dump(by_alias=True),
        "bugs": content.bugs.model_dump(by_alias=True),
        "reportURL": digest.report_url,
    }

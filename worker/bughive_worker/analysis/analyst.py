"""Answers about pages: an earlier session's where the question is the same, else the model's, within the budget."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from hashlib import sha256
from itertools import count

from structlog.stdlib import get_logger

from bughive_crds.analysis import AnalysisStop
from bughive_protocol.ledger import MICRO, Ledger, Reservation
from bughive_protocol.stores import SeenPages
from bughive_worker.analysis.answer import Answer, read_answer
from bughive_worker.analysis.call_failure import CallFailed, pause
from bughive_worker.analysis.client import CALL_SECONDS, Reply, ReplyEnd
from bughive_worker.analysis.models import Models
from bughive_worker.analysis.prices import Usage
from bughive_worker.analysis.question import MAX_TOKENS, Question, prompt_version
from bughive_worker.analysis.terms import Terms
from bughive_worker.metrics import ANALYSIS_CALLS, ANALYSIS_USD

KEPT_SECONDS = 30 * 86_400.0
"""How long an answer serves later sessions."""
_ENOUGH = 3
"""Pages in a row without an answer, after which none is asked about any more."""
_BUSY_SECONDS = 0.25
log = get_logger(__name__)


class Analyst:
    """Asks for one session."""

    def __init__(
        self,
        models: Models,
        ledger: Ledger,
        answers: SeenPages | None,
        terms: Terms,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``answers``: where those of earlier sessions are; None: none is kept."""
        self._models = models
        self._ledger = ledger
        self._answers = answers
        self.terms = terms
        self._sleep = sleep
        self._stopped = False
        self._unanswered = 0

    async def answer(self, question: Question) -> Answer | None:
        """What the model says of the page; None where it is not, or no longer, asked, or says nothing of use.

        Raises FenceLost: another attempt owns the session.
        """
        name = self._name(question)
        kept = await self._answers.get(name) if self._answers else None
        answer = read_answer(kept) if kept else None
        if answer is not None:
            await self._ledger.recall(question.template)
            ANALYSIS_CALLS.labels("recalled").inc()
            return answer
        reply = None if self._stopped else await self._ask(question)
        if reply is None or reply.answer is None:
            return None
        if self._answers is not None:
            await self._answers.put(name, reply.answer.model_dump_json().encode(), KEPT_SECONDS)
        return reply.answer

    def _name(self, question: Question) -> str:
        parts = (self.terms.namespace, self.terms.model, prompt_version(), question.template, question.data)
        with_picture = str(question.picture is not None)
        return f"analysis-{sha256(chr(31).join((*parts, with_picture)).encode(errors='replace')).hexdigest()[:32]}"

    async def _ask(self, question: Question) -> Reply | None:
        for tries in count(1):
            call, worst = uuid.uuid4().hex, self._worst(question)
            if not await self._may(call, question, worst):
                return None
            try:
                reply = await (await self._models.model()).ask(question, self.terms.model)
            except CallFailed as failure:
                await self._settle(call, worst if failure.may_have_cost else 0, "failed")
                wait = pause(tries, failure)
                log.info("the model gave no answer", tries=tries, error=failure.message, next_in=wait)
                if wait is None:
                    await self._give_up(failure)
                    return None
                await self._sleep(wait)
            else:
                self._unanswered = 0
                await self._settle(call, self.terms.price.of(reply.usage), reply.end)
                return reply
        raise AssertionError("there is a last try")

    def _worst(self, question: Question) -> int:
        return self.terms.price.of(Usage(question.most_input_tokens(), MAX_TOKENS))

    async def _may(self, call: str, question: Question, worst: int) -> bool:
        """Reserve what the call may cost; where others' calls take up the room, wait for what they really cost."""
        allowance, deadline = self.terms.allowance, time.monotonic() + CALL_SECONDS
        while True:
            said = await self._ledger.reserve(call, question.template, worst, allowance)
            if said is not Reservation.BUSY or time.monotonic() > deadline:
                break
            await self._sleep(_BUSY_SECONDS)
        if said in (Reservation.BUDGET, Reservation.BUSY):
            await self._stop(
                AnalysisStop.BUDGET_REACHED,
                f"the next page might cost {worst / MICRO:.4f} USD, more than is left of "
                f"{allowance.micro_usd / MICRO:g} USD. Raise analysis.maxUSD and, where that is what bounds it, "
                "BUGHIVE_ANALYSIS_MAX_USD of the workers.",
            )
        elif said is Reservation.PAGES:
            await self._stop(
                AnalysisStop.MAX_PAGES_REACHED,
                f"the model was asked about {allowance.pages} pages. Raise analysis.maxPages for more.",
            )
        elif said is Reservation.STOPPED:
            self._stopped = True
        return said is Reservation.OK

    async def _settle(self, call: str, cost: int, end: str) -> None:
        await self._ledger.settle(call, cost, usable=end in ("failed", ReplyEnd.ANSWERED))
        ANALYSIS_CALLS.labels(end).inc()
        ANALYSIS_USD.inc(cost / MICRO)

    async def _give_up(self, failure: CallFailed) -> None:
        self._unanswered += 1
        if failure.stop is not None:
            await self._stop(failure.stop, failure.message)
        elif self._unanswered >= _ENOUGH:
            message = f"{self._unanswered} pages in a row got no answer from the model's provider: {failure.message}"
            await self._stop(AnalysisStop.UNAVAILABLE, message)

    async def _stop(self, why: AnalysisStop, message: str) -> None:
        self._stopped = True
        log.warning("the model is asked no more", why=why, message=message)
        await self._ledger.stop(why, message)

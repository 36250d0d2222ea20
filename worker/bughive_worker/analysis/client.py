"""One question to the model's provider, and its answer. No retries here: what a try may cost is reserved before it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from bughive_crds.analysis import AnalysisStop
from bughive_worker.analysis.answer import Answer, read_answer
from bughive_worker.analysis.call_failure import CallFailed, failed_by_status
from bughive_worker.analysis.prices import Usage
from bughive_worker.analysis.question import MAX_TOKENS, Question, system_prompt
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.proxy import EgressProxy
from bughive_worker.net.urls import split_authority

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import Message

CALL_SECONDS = 120.0
"""How long one call may take."""


class ReplyEnd(StrEnum):
    """What became of a call that was answered. All but ANSWERED are dropped."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """The model would not."""
    TRUNCATED = "truncated"
    """It had more to say than it may."""
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was paid for."""

    end: ReplyEnd
    usage: Usage
    answer: Answer | None = None
    """Set where it can be used."""


class Model(Protocol):
    """Whom questions are asked."""

    async def ask(self, question: Question, model: str) -> Reply:
        """Ask once. Raises CallFailed."""
        ...


class AnthropicModel:
    """The real one, behind a proxy that lets nobody but the provider be reached for it."""

    def __init__(self, client: "AsyncAnthropic", proxy: EgressProxy, seconds: float = CALL_SECONDS) -> None:
        self._client = client
        self._proxy = proxy
        self._seconds = seconds

    async def ask(self, question: Question, model: str) -> Reply:
        """See ``Model.ask``."""
        from anthropic import APIConnectionError, APIStatusError

        try:
            async with asyncio.timeout(self._seconds):
                reply = reply_of(await self._send(question, model))
        except TimeoutError:
            raise CallFailed(f"no answer in {self._seconds:g} s", may_have_cost=True) from None
        except APIStatusError as error:
            said, now = self._keyless(error.api_message or error.message), datetime.now(UTC)
            raise self._on_the_way() or failed_by_status(
                error.status_code, error.error_code or "", said, error.response.headers, now
            ) from error
        except APIConnectionError as error:
            raise self._on_the_way() or CallFailed(str(error.__cause__ or error), may_have_cost=True) from error
        except Exception as error:
            # Whatever the client makes of a strange answer: the page that was asked about does not fail for it.
            raise CallFailed(f"the answer cannot be read: {error}"[:400], may_have_cost=True) from error
        return reply

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _send(self, question: Question, model: str) -> "Message":
        from anthropic import transform_schema

        form: Any = {"type": "json_schema", "schema": transform_schema(Answer)}
        content: Any = question.content()
        return await self._client.messages.create(
            model=model,
            max_tokens=MAX_TOKENS,
            system=system_prompt(),
            messages=[{"role": "user", "content": content}],
            output_config={"format": form},
        )

    def _keyless(self, said: str) -> str:
        """The provider's words, which users see, without the administrator's key: gateways quote it."""
        key = self._client.api_key
        return said.replace(key, "(the key)") if key else said

    def _on_the_way(self) -> CallFailed | None:
        """What went wrong between the proxy and the provider; None: nothing did."""
        failure = self._proxy.last_failure(*split_authority(str(self._client.base_url)))
        if failure is None:
            return None
        refused = failure.kind is FailureKind.REFUSED_BY_GUARD
        stop = AnalysisStop.EGRESS_REFUSED if refused else None
        return CallFailed(failure.message, stop, may_have_cost=failure.kind is FailureKind.RESET)


def reply_of(message: "Message") -> Reply:
    """What a message is worth. Anything but text in it, such as a call of a tool, is passed over."""
    used = message.usage
    usage = Usage(
        used.input_tokens + (used.cache_read_input_tokens or 0),
        int(used.output_tokens),  # raises where there are none
        used.cache_creation_input_tokens or 0,
    )
    if message.stop_reason == "refusal":
        return Reply(ReplyEnd.REFUSED, usage)
    if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        return Reply(ReplyEnd.TRUNCATED, usage)
    text = "".join(block.text for block in message.content if block.type == "text")
    answer = None
    with suppress(RecursionError):
        answer = read_answer(text)
    return Reply(ReplyEnd.ANSWERED if answer else ReplyEnd.MALFORMED, usage, answer)

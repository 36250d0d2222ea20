"""Frontier and findings that any number of workers share.

Every write is one fenced script: it raises ``FenceLost`` where a newer attempt or epoch owns the session.
All methods raise ``redis.RedisError`` when Redis is away; each may then be called again.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import redis.asyncio

from bughive_protocol.finding import Finding, RecordedFinding
from bughive_protocol.frontier import (
    Claim,
    Counts,
    FrontierItem,
    LeftOut,
    LinkItem,
    LinkRecord,
    LinkResult,
    PageRecord,
    PageResult,
    Template,
)
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.limits import Limits
from bughive_protocol.occurrences import Occurrences, all_occurrences, distinct, recorded, seen_together
from bughive_protocol.record_arguments import (
    StoredFinding,
    discovered_arguments,
    finding_arguments,
    links_arguments,
    page_arguments,
)
from bughive_protocol.scripts import Argument, run_async, script
from bughive_protocol.stores import TemplatesNow
from bughive_protocol.tally import counts_of


class _Fenced:
    """What both share: the holder's fence goes before every write."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, fence: Fence) -> None:
        self._client = client
        self._keys = keys
        self._fence = fence
        self._own = keys.session(fence.session_id)

    async def _write(self, name: str, *arguments: Argument) -> Any:  # noqa: ANN401 a script may answer anything
        fence = self._fence
        proof = (fence.shard, fence.token)
        return await run_async(self._client, script(name), self._keys, fence.session_id, *proof, *arguments)

    async def _hash(self, key: str) -> dict[str, str]:
        return cast("dict[str, str]", await self._client.hgetall(key))


class RedisFrontier(_Fenced):
    """A ``Frontier`` in Redis, as the holder of one shard's lease sees it."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, fence: Fence, limits: Limits) -> None:
        super().__init__(client, keys, fence)
        self._limits = limits
        # The scripts tell a repeated call by its number, so calls go one after the other.
        self._claiming = asyncio.Lock()
        self._page_calls = 0
        self._link_calls = 0

    async def add(self, items: Sequence[FrontierItem]) -> int:
        """See ``Frontier.add``."""
        return int(await self._write("add_pages", self._limits.max_known, *discovered_arguments(items)))

    async def claim_pages(self, limit: int) -> list[Claim]:
        """See ``Frontier.claim_pages``. After an error the next call gets what the failed one claimed."""
        async with self._claiming:
            answer = await self._write("claim_pages", self._page_calls, limit, self._limits.max_pages)
            self._page_calls += 1
        return [
            Claim(item=FrontierItem.model_validate_json(answer[i]), tries=answer[i + 1] + 1)
            for i in range(0, len(answer), 2)
        ]

    async def claim_links(self, limit: int) -> list[LinkItem]:
        """See ``Frontier.claim_links``. After an error the next call gets what the failed one claimed."""
        async with self._claiming:
            answer = await self._write("claim_links", self._link_calls, limit)
            self._link_calls += 1
        return [LinkItem.model_validate_json(item) for item in answer]

    async def give_back(self) -> None:
        """See ``Frontier.give_back``."""
        await self._write("give_back")

    async def record_page(self, record: PageRecord) -> tuple[str, ...]:
        """See ``Frontier.record_page``."""
        return tuple(await self._write("record_page", *page_arguments(record, self._limits.max_known)))

    async def record_links(self, records: Sequence[LinkRecord]) -> tuple[str, ...]:
        """See ``Frontier.record_links``."""
        if not records:
            return ()
        return tuple(await self._write("record_links", *links_arguments(records, datetime.now(UTC))))

    async def templates(self, seen: int = -1) -> TemplatesNow:
        """See ``Frontier.templates``."""
        answer = await run_async(self._client, script("templates"), self._keys, self._fence.session_id, seen)
        return _templates(answer)

    async def add_template(self, template: Template, seen: int) -> TemplatesNow:
        """See ``Frontier.add_template``."""
        return _templates(await self._write("add_template", seen, template.id, template.model_dump_json()))

    async def drop_template(self, template_id: str) -> None:
        """See ``Frontier.drop_template``."""
        await self._write("drop_template", template_id)

    async def counts(self) -> Counts:
        """See ``Frontier.counts``."""
        return counts_of(await run_async(self._client, script("count"), self._keys, self._fence.session_id))


def _templates(answer: Sequence[Any]) -> TemplatesNow:
    version, *rest = answer
    others = tuple(Template.model_validate_json(stored) for stored in rest[0]) if rest else None
    return TemplatesNow(int(version), others)


class RedisFindings(_Fenced):
    """``Findings`` in Redis."""

    async def known(self, fingerprints: Sequence[str]) -> set[str]:
        """See ``Findings.known``."""
        if not fingerprints:
            return set()
        kept = await self._client.hmget(self._own.occurrences, list(fingerprints))
        return {name for name, count in zip(fingerprints, kept, strict=True) if count is not None}

    async def add(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """See ``Findings.add``."""
        if not findings:
            return ()
        now, seen = datetime.now(UTC), seen_together(findings)
        arguments: list[Argument] = [len(seen)]
        for name, finding in distinct(findings).items():
            arguments += [*finding_arguments(finding, now), seen[name].count, "\n".join(seen[name].examples)]
        return tuple(await self._write("add_findings", *arguments))

    async def all(self) -> list[RecordedFinding]:
        """See ``Findings.all``."""
        own = self._own
        async with self._client.pipeline(transaction=True) as pipeline:
            for key in (own.findings, own.occurrences, own.examples):
                pipeline.hgetall(key)
            for key in (own.link_findings, own.link_counts, own.link_sources):
                pipeline.hgetall(key)
            findings, counts, examples, link_findings, link_counts, sources = await pipeline.execute()
        seen = all_occurrences(_occurrences(counts, examples), _occurrences(link_counts, sources), link_findings)
        stored = {name: StoredFinding.model_validate_json(body) for name, body in findings.items()}
        return [recorded(one.finding, one.first_seen, seen.get(name)) for name, one in stored.items()]

    async def pages(self) -> list[PageResult]:
        """See ``Findings.pages``."""
        return [PageResult.model_validate_json(stored) for stored in (await self._hash(self._own.results)).values()]

    async def left_out(self) -> list[LeftOut]:
        """See ``Findings.left_out``."""
        return [LeftOut(url=url, why=why) for url, why in (await self._hash(self._own.left_out)).items()]

    async def links(self) -> list[LinkResult]:
        """See ``Findings.links``."""
        stored = await self._hash(self._own.link_results)
        return [LinkResult.model_validate_json(result) for result in stored.values()]


def _occurrences(counts: dict[str, str], pages: dict[str, str]) -> dict[str, Occurrences]:
    named = {name: tuple(first.split("\n")) for name, first in pages.items()}
    return {name: Occurrences(int(count), named.get(name, ())) for name, count in counts.items()}

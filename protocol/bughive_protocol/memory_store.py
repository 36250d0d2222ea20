"""Frontier and findings for one process: what ``bughive crawl`` runs on.

They do what the Redis ones do (one suite of tests holds both to it), for a single holder: there is no
fence, and a holder that dies takes its store along.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from bughive_crds.crawl_session import BugCounts
from bughive_crds.model import Severity
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
from bughive_protocol.limits import Limits
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.occurrences import all_occurrences, distinct, recorded, seen_together
from bughive_protocol.stores import TemplatesNow


class MemoryFrontier:
    """A ``Frontier`` in memory."""

    def __init__(self, session: MemorySession, limits: Limits) -> None:
        self._session = session
        self._limits = limits

    async def add(self, items: Sequence[FrontierItem]) -> int:
        """See ``Frontier.add``."""
        return self._session.discover(items, self._limits.max_known)

    async def claim_pages(self, limit: int) -> list[Claim]:
        """See ``Frontier.claim_pages``."""
        session = self._session
        claims: list[Claim] = []
        while len(claims) < limit and len(session.results) + len(session.line.claimed) < self._limits.max_pages:
            url = session.line.claim()
            if url is None:
                break
            claims.append(Claim(item=session.pages[url], tries=1))
        return claims

    async def claim_links(self, limit: int) -> list[LinkItem]:
        """See ``Frontier.claim_links``."""
        items: list[LinkItem] = []
        while len(items) < limit and (url := self._session.link_line.claim()) is not None:
            items.append(self._session.links[url])
        return items

    async def give_back(self) -> None:
        """See ``Frontier.give_back``."""
        self._session.line.give_back()
        self._session.link_line.give_back()

    async def record_page(self, record: PageRecord) -> tuple[str, ...]:
        """See ``Frontier.record_page``."""
        session, page = self._session, record.page
        session.line.finish(page.url)
        if page.url in session.results:
            return ()
        session.results[page.url] = page
        session.link_line.withdraw(page.url)
        session.discover(record.discovered, self._limits.max_known)
        session.leave_out(record.left_out)
        session.see_links(record.links, page.url, self._limits.max_known)
        if record.template is not None:
            session.templates[record.template.id] = record.template
        new: list[str] = []
        for fingerprint, finding in distinct(record.findings).items():
            if session.find(finding, record.recorded_at):
                new.append(fingerprint)
            session.occur(fingerprint, page.url)
        return tuple(new)

    async def record_links(self, records: Sequence[LinkRecord]) -> tuple[str, ...]:
        """See ``Frontier.record_links``."""
        session = self._session
        new: list[str] = []
        for record in records:
            url = record.result.url
            session.link_line.finish(url)
            if url in session.link_results:
                continue
            session.link_results[url] = record.result
            if record.finding is not None:
                session.link_findings[url] = record.finding.fingerprint
                if session.find(record.finding, datetime.now(UTC)):
                    new.append(record.finding.fingerprint)
        return tuple(new)

    async def templates(self, seen: int = -1) -> TemplatesNow:
        """See ``Frontier.templates``."""
        version = self._session.templates_version
        return TemplatesNow(version, None if seen == version else tuple(self._session.templates.values()))

    async def add_template(self, template: Template, seen: int) -> TemplatesNow:
        """See ``Frontier.add_template``."""
        session, now = self._session, await self.templates(seen)
        if now.others is not None:
            return now
        session.templates.setdefault(template.id, template)
        session.templates_version += 1
        return TemplatesNow(session.templates_version)

    async def drop_template(self, template_id: str) -> None:
        """See ``Frontier.drop_template``."""
        self._session.templates.pop(template_id, None)
        self._session.templates_version += 1

    async def counts(self) -> Counts:
        """See ``Frontier.counts``."""
        session = self._session
        counting = Counter(found.severity for _, found in session.findings.values() if found.ignored is None)
        by_severity = {severity.name.lower(): counting[severity] for severity in Severity}
        return Counts(
            discovered=len(session.pages),
            pending=len(session.line.waiting),
            claimed=len(session.line.claimed),
            crawled=len(session.results),
            failed=sum(page.end.failed for page in session.results.values()),
            reused=sum(page.reused_from is not None for page in session.results.values()),
            left_out=len(session.left_out),
            links_pending=len(session.link_line.waiting),
            links_claimed=len(session.link_line.claimed),
            bugs=counting.total(),
            by_severity=BugCounts(
                total=counting.total(), ignored=len(session.findings) - counting.total(), **by_severity
            ),
            analysis=session.analysis.status(),
        )


class MemoryFindings:
    """``Findings`` in memory."""

    def __init__(self, session: MemorySession) -> None:
        self._session = session

    async def known(self, fingerprints: Sequence[str]) -> set[str]:
        """See ``Findings.known``."""
        return self._session.findings.keys() & set(fingerprints)

    async def add(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """See ``Findings.add``."""
        now = datetime.now(UTC)
        occurrences = seen_together(findings)
        new = [name for name, finding in distinct(findings).items() if self._session.find(finding, now)]
        self._session.occurrences.update({name: occurrences[name] for name in new})
        return tuple(new)

    async def all(self) -> list[RecordedFinding]:
        """See ``Findings.all``."""
        session = self._session
        seen = all_occurrences(session.occurrences, session.link_sources, session.link_findings)
        return [recorded(finding, at, seen.get(name)) for name, (at, finding) in session.findings.items()]

    async def pages(self) -> list[PageResult]:
        """See ``Findings.pages``."""
        return list(self._session.results.values())

    async def left_out(self) -> list[LeftOut]:
        """See ``Findings.left_out``."""
        return [LeftOut(url=url, why=why) for url, why in self._session.left_out.items()]

    async def links(self) -> list[LinkResult]:
        """See ``Findings.links``."""
        return list(self._session.link_results.values())

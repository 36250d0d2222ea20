"""A provider on loopback, the real client on its way to it, and a page to ask about."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import pytest_asyncio
from fixtures.fake_provider import KEY, FakeProvider, fake_provider

from bughive_crds.analysis import AnalysisStatus
from bughive_protocol.ledger import Allowance, Book, MemoryLedger
from bughive_worker.analysis.analyst import Analyst
from bughive_worker.analysis.models import Models
from bughive_worker.analysis.prices import Price
from bughive_worker.analysis.question import Question, question
from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.analysis.terms import Terms
from bughive_worker.collect.reading import Control, PageReading, TextBlock

PRICE = Price(Decimal(1), Decimal(5))


@dataclass
class Answers:
    """``SeenPages`` in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def put(self, name: str, seen: bytes, seconds: float) -> None:
        assert seconds > 0
        self.kept[name] = seen


@dataclass
class Asking:
    """One session that asks, and its book."""

    analyst: Analyst
    book: Book
    waits: list[float]

    @property
    def status(self) -> AnalysisStatus:
        status = self.book.status()
        assert status is not None
        return status


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with fake_provider() as running:
        yield running
        assert running.complaints == []


@pytest_asyncio.fixture
async def models_at() -> AsyncIterator[Callable[..., Models]]:
    """The way to a provider, as a worker makes it."""
    opened = []

    def models_at(url: str, seconds: float = 5.0, **settings: object) -> Models:
        models = Models(
            AnalysisSettings(**{"anthropic_api_key": KEY, "anthropic_base_url": url, **settings}), seconds=seconds
        )
        opened.append(models)
        return models

    yield models_at
    for models in opened:
        await models.close()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def asking(provider, models_at, answers) -> Callable[..., Asking]:
    """A session that may spend what the arguments say."""

    def asking(
        usd: float = 1, pages: int = 50, namespace: str = "ns", model: str = "claude-haiku-5-5", **more
    ) -> Asking:
        book, waits = Book(), []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        terms = Terms(namespace, model, PRICE, Allowance(int(usd * 1_000_000), pages))
        models = more.pop("models", None) or models_at(provider.url, **more)
        return Asking(Analyst(models, MemoryLedger(book), answers, terms, sleep), book, waits)

    return asking


@pytest.fixture
def page() -> Callable[..., Question]:
    def page(number: int = 1, text: str = "Total: $25.00") -> Question:
        reading = PageReading(
            "Cart", (TextBlock("h1", "Your cart"), TextBlock("p", text)), (Control("a", "link", "Go"),)
        )
        return question(f"template-{number}", f"https://shop.example/{number}", reading, (), None)

    return page

"""What the shop sells and says: the YAML files of ``data/`` as typed records."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Category:
    slug: str
    name: str
    intro: str
    colours: tuple[str, str, str]
    """Backdrop, body and accent of its pictures."""
    shape: str = "tin"
    brew: str = ""


@dataclass(frozen=True)
class Size:
    label: str
    pence: int


@dataclass(frozen=True)
class Product:
    slug: str
    name: str
    category: Category
    sizes: tuple[Size, ...]
    origin: str
    tagline: str
    description: str
    notes: tuple[str, ...]
    shape: str
    brew: str
    was: int | None = None
    stock: int = 24
    badge: str = ""
    guide: str = ""
    """The slug of the journal post that explains it."""

    @property
    def pence(self) -> int:
        return self.sizes[0].pence

    @property
    def path(self) -> str:
        return f"/product/{self.slug}"

    @property
    def picture(self) -> str:
        return f"/img/product/{self.slug}.svg"


@dataclass(frozen=True)
class Review:
    author: str | None
    """None: the customer chose to stay a guest."""
    rating: int
    title: str
    text: str
    date: str


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Post:
    slug: str
    title: str
    date: str
    author: str
    tags: tuple[str, ...]
    summary: str
    sections: tuple[Section, ...]
    table: tuple[tuple[str, ...], ...] = ()
    figure: str = ""
    """The caption of a picture within the text."""


@dataclass(frozen=True)
class Article:
    """A help topic or a legal page."""

    slug: str
    title: str
    summary: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Store:
    slug: str
    city: str
    street: str
    postcode: str
    phone: str
    blurb: str
    hours: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Catalogue:
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    reviews: dict[str, tuple[Review, ...]]
    """By product slug."""
    posts: tuple[Post, ...]
    help: tuple[Article, ...]
    legal: tuple[Article, ...]
    stores: tuple[Store, ...]
    by_slug: dict[str, Product] = field(repr=False, default_factory=dict)

    def in_category(self, slug: str) -> list[Product]:
        return [product for product in self.products if product.category.slug == slug]

    def related(self, product: Product, count: int = 4) -> list[Product]:
        """The next products on the shelf, so that every product is related to some."""
        shelf = self.in_category(product.category.slug)
        place = shelf.index(product)
        return [shelf[(place + step) % len(shelf)] for step in range(1, min(count, len(shelf) - 1) + 1)]

    def search(self, query: str) -> list[Product]:
        words = query.lower().split()
        text = {p: f"{p.name} {p.category.name} {p.tagline} {' '.join(p.notes)}".lower() for p in self.products}
        return [product for product in self.products if all(word in text[product] for word in words)]


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _sections(raw: dict[str, str]) -> tuple[Section, ...]:
    return tuple(Section(heading, tuple(text.strip().split("\n\n"))) for heading, text in raw.items())


def _product(raw: dict[str, Any], category: Category) -> Product:
    sizes = tuple(Size(label, pence) for label, pence in raw.pop("sizes").items())
    notes = tuple(raw.pop("notes"))
    optional = {"shape": category.shape, "brew": category.brew} | raw
    return Product(category=category, sizes=sizes, notes=notes, **optional)


def _reviews(products: tuple[Product, ...]) -> dict[str, tuple[Review, ...]]:
    pools = _read("reviews.yaml")
    chosen = {}
    for index, product in enumerate(products):
        pool = pools[product.category.slug]
        picked = [pool[(index + step) % len(pool)] for step in range(3 + index % 3)]
        chosen[product.slug] = tuple(
            Review(**raw, date=f"2026-0{1 + (index + step) % 8}-{10 + (index * 3 + step) % 18}")
            for step, raw in enumerate(picked)
        )
    return chosen


@cache
def load_catalogue() -> Catalogue:
    """Read ``data/``."""
    shelves = _read("products.yaml")
    categories, products = [], []
    for raw in shelves:
        goods = raw.pop("products")
        category = Category(**raw | {"colours": tuple(raw["colours"])})
        categories.append(category)
        products += [_product(good, category) for good in goods]
    posts = tuple(
        Post(
            **raw
            | {
                "tags": tuple(raw["tags"]),
                "sections": _sections(raw["sections"]),
                "table": tuple(tuple(row) for row in raw.get("table", ())),
            }
        )
        for raw in _read("posts.yaml")
    )
    articles = {
        name: tuple(Article(**raw | {"sections": _sections(raw["sections"])}) for raw in _read(f"{name}.yaml"))
        for name in ("help", "legal")
    }
    stores = tuple(Store(**raw | {"hours": tuple(raw["hours"].items())}) for raw in _read("stores.yaml"))
    goods = tuple(products)
    return Catalogue(
        categories=tuple(categories),
        products=goods,
        reviews=_reviews(goods),
        posts=posts,
        help=articles["help"],
        legal=articles["legal"],
        stores=stores,
        by_slug={product.slug: product for product in goods},
    )

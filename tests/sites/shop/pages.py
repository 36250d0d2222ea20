"""Every page of the shop that has an address of its own: path -> template, title, description, data."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sites.shop.catalogue import Article, Catalogue, Product
from sites.shop.twin import Twin

PER_PAGE = 12
POPULAR = ("earl grey", "rock oolong", "pu'er", "matcha")


@dataclass(frozen=True)
class Page:
    """One page. ``context`` is what its template gets beside the page itself."""

    path: str
    template: str
    title: str
    description: str
    context: dict[str, Any] = field(default_factory=dict)
    listed: bool = True
    """Whether the sitemap names it."""


def build_pages(catalogue: Catalogue, twin: Twin) -> dict[str, Page]:
    """All pages by path; those of the paginated listing by path and query."""
    pages = chain(
        _fixed(catalogue),
        _listing(catalogue),
        _shelves(catalogue, twin),
        _journal(catalogue),
        _articles(catalogue, twin),
        _stores(catalogue),
    )
    return {page.path: page for page in pages}


def search_page(catalogue: Catalogue, query: str) -> Page:
    title = f"Search results for “{query}”" if query else "Search"
    context = {"query": query, "results": catalogue.search(query) if query else [], "popular": POPULAR}
    return Page("/search", "search", title, "Search teas, teaware and gifts at Hollow Kettle.", context)


def track_page(order: str) -> Page:
    return Page("/track", "track", f"Track order {order}" if order else "Track your order", "See where your parcel is.")


def _fixed(catalogue: Catalogue) -> Iterator[Page]:
    offers = [product for product in catalogue.products if product.was]
    best = [product for product in catalogue.products if product.badge]
    yield Page(
        "/", "home", "Loose leaf tea from small gardens", "Loose leaf tea and teaware, bought from growers we know "
        "and sent from Bristol within a day.", {"best": best[:8], "offers": offers[:4]},
    )  # fmt: skip
    for path, template, title, description in FIXED:
        yield Page(path, template, title, description)
    yield search_page(catalogue, "")
    yield track_page("")
    for path, template, title, description in UNLISTED:
        yield Page(path, template, title, description, listed=False)


FIXED = (
    ("/cart", "cart", "Your basket", "The teas in your basket, delivery and the total."),
    ("/checkout", "checkout", "Checkout", "Tell us where to send your tea and how you would like to pay."),
    ("/account", "account", "Your account", "Your leaf points, your orders and your details."),
    ("/account/login", "login", "Sign in", "Sign in to see your orders and your saved teas."),
    ("/account/register", "register", "Create an account", "Collect leaf points and keep your favourite teas."),
    ("/account/reset", "reset", "Reset your password", "We send you a link that works for an hour."),
    ("/account/orders", "orders", "Your orders", "What you ordered, when, and what became of it."),
    ("/account/wishlist", "wishlist", "Your wish list", "The teas that you have marked to try one day."),
    ("/contact", "contact", "Contact us", "Write to us, call the shop in Bristol or come by."),
    ("/about", "about", "About Hollow Kettle", "How a market stall became six tea shops."),
    ("/about/sourcing", "sourcing", "How we buy tea", "What we pay, whom we pay, and how we check."),
    ("/about/careers", "careers", "Work with us", "Open positions in our shops and in the packing room."),
    ("/press", "press", "Press", "Facts, pictures and a person to call."),
    ("/brewing", "brewing", "Brewing calculator", "How much leaf, how hot and how long for your pot."),
    ("/subscriptions", "subscriptions", "Tea subscriptions", "A fresh tea through the letter box each month."),
    ("/gift-cards", "gift_cards", "Gift cards", "A card by e-mail or by post, for any amount."),
)

UNLISTED = (
    ("/checkout/confirmed", "confirmed", "Order received", "Thank you. Your tea is being packed."),
    ("/contact/map", "contact_map", "Map of our Bristol shop", "Where to find us on Christmas Steps."),
)
"""Pages that a customer sees only after a form, or within another page."""


def _listing(catalogue: Catalogue) -> Iterator[Page]:
    pages = -(-len(catalogue.products) // PER_PAGE)
    for number in range(1, pages + 1):
        goods = catalogue.products[(number - 1) * PER_PAGE : number * PER_PAGE]
        yield Page(
            "/shop" if number == 1 else f"/shop?page={number}",
            "listing",
            "Everything we sell" if number == 1 else f"Everything we sell, page {number}",
            f"All teas, teaware and gifts, page {number} of {pages}.",
            {"products": goods, "number": number, "pages": pages},
        )


def _shelves(catalogue: Catalogue, twin: Twin) -> Iterator[Page]:
    for category in catalogue.categories:
        title = "White tea" if category.slug == "oolong" and twin.bug("category-duplicate-title") else category.name
        context = {"category": category, "products": catalogue.in_category(category.slug)}
        yield Page(f"/category/{category.slug}", "category", title, category.intro, context)
    for product in catalogue.products:
        yield Page(product.path, "product", product.name, _summary(product), _product_context(catalogue, product, twin))


def _summary(product: Product) -> str:
    return f"{product.name} from {product.origin}: {product.tagline}."


def _product_context(catalogue: Catalogue, product: Product, twin: Twin) -> dict[str, Any]:
    tea = product.category.slug not in ("teaware", "gifts")
    pence = product.pence
    if product.slug == "misty-peak-gyokuro" and twin.bug("product-two-prices"):
        pence = 2250
    reviews = catalogue.reviews[product.slug]
    return {
        "product": product,
        "tea": tea,
        "pence": pence,
        "related": catalogue.related(product),
        "review_count": len(reviews) + (3 if twin.bug("product-review-count") else 0),
        "rating": round(sum(review.rating for review in reviews) / len(reviews), 1),
    }


def _journal(catalogue: Catalogue) -> Iterator[Page]:
    posts = catalogue.posts
    tags = sorted({tag for post in posts for tag in post.tags})
    yield Page(
        "/blog", "blog_index", "Journal", "Notes on brewing, journeys and makers.", {"posts": posts, "tags": tags}
    )
    for tag in tags:
        tagged = [post for post in posts if tag in post.tags]
        context = {"posts": tagged, "tags": tags, "tag": tag}
        yield Page(f"/blog/tag/{tag}", "blog_tag", f"Journal: {tag}", f"All notes about {tag}.", context)
    for place, post in enumerate(posts):
        context = {"post": post, "following": posts[(place + 1) % len(posts)]}
        yield Page(f"/blog/{post.slug}", "blog_post", post.title, post.summary, context)


def _articles(catalogue: Catalogue, twin: Twin) -> Iterator[Page]:
    yield Page("/help", "help_index", "Help", "Answers about delivery, returns, tea and your account.")
    for article in catalogue.help:
        yield _article("help", "help_article", article, article.title + " help")
    for article in catalogue.legal:
        copied = article.slug == "cookies" and twin.bug("legal-duplicate-title")
        yield _article("legal", "legal", article, "Privacy notice" if copied else article.title)


def _article(folder: str, template: str, article: Article, title: str) -> Page:
    return Page(f"/{folder}/{article.slug}", template, title, article.summary, {"article": article})


def _stores(catalogue: Catalogue) -> Iterator[Page]:
    yield Page("/stores", "stores", "Our shops", "Six tea shops from Edinburgh to Margate, with opening hours.")
    for store in catalogue.stores:
        title, summary = (
            f"Tea shop in {store.city}",
            f"{store.street}, {store.city}: opening hours and how to get there.",
        )
        yield Page(f"/stores/{store.slug}", "store", title, summary, {"store": store})

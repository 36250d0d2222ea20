"""The shop itself: its goods, its pages, and how they are rendered."""

from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web
from jinja2 import Environment

from sites.shop.catalogue import Catalogue, load_catalogue
from sites.shop.pages import Page, build_pages
from sites.shop.rendering import environment
from sites.shop.twin import Twin, twin

KINDS = ("brand", "product", "scene", "front", "face", "map")
SHOP: web.AppKey["Shop"] = web.AppKey("shop")
LEAF = ("-leaf", "leaf")
CUP = ("-cup", "brewed")


@dataclass(frozen=True)
class Shop:
    catalogue: Catalogue
    twin: Twin
    env: Environment
    pages: dict[str, Page]

    @classmethod
    def open(cls, *, clean: bool) -> Self:
        catalogue, which = load_catalogue(), twin(clean=clean)
        return cls(catalogue, which, environment(catalogue, which), build_pages(catalogue, which))

    def render(self, page: Page, *, status: int = 200, **more: Any) -> web.Response:
        context = page.context | {"form": {}, "errors": {}, "sent": False} | more
        body = self.env.get_template(f"pages/{page.template}.html").render(page=page, **context)
        return web.Response(text=body, content_type="text/html", status=status)

    def error(self, path: str, status: int) -> web.Response:
        title, template = {404: ("Page not found", "404"), 500: ("Something went wrong", "500")}[status]
        return self.render(Page(path, template, title, "This page cannot be shown."), status=status)

    def picture(self, kind: str, name: str) -> str:
        """An SVG picture: ``product`` ones by slug, with ``-leaf`` and ``-cup`` variants, the others by any name.

        Raises:
            web.HTTPNotFound: there is no such picture.
        """
        if kind not in KINDS:
            raise web.HTTPNotFound
        template, context = kind, dict[str, Any](name=name)
        if kind == "product":
            slug, template = name, ""
            for suffix, variant in (LEAF, CUP):
                if name.endswith(suffix):
                    slug, template = name.removesuffix(suffix), variant
            product = self.catalogue.by_slug.get(slug)
            if product is None:
                raise web.HTTPNotFound
            template = template or product.shape
            context = {"name": slug, "product": product, "colours": product.category.colours}
        return self.env.get_template(f"pictures/{template}.svg").render(**context)

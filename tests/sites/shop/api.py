"""The JSON that the shop's scripts fetch."""

from typing import Any

from aiohttp import web

from sites.shop.catalogue import Product
from sites.shop.shop import SHOP


def brief(product: Product) -> dict[str, Any]:
    return {
        "slug": product.slug,
        "name": product.name,
        "path": product.path,
        "picture": product.picture,
        "stock": product.stock,
        "sizes": [{"label": size.label, "pence": size.pence} for size in product.sizes],
    }


async def _products(request: web.Request) -> web.Response:
    return web.json_response([brief(product) for product in request.app[SHOP].catalogue.products])


async def _reviews(request: web.Request) -> web.Response:
    shop, slug = request.app[SHOP], request.match_info["slug"]
    if slug not in shop.catalogue.reviews:
        return web.json_response({"error": "no such product"}, status=404)
    return web.json_response([vars(review) for review in shop.catalogue.reviews[slug]])


async def _recommendations(request: web.Request) -> web.Response:
    shop = request.app[SHOP]
    if shop.twin.bug("home-recommendations-html"):
        return web.Response(text="<!doctype html><title>Maintenance</title>", content_type="text/html")
    goods = shop.catalogue.products
    return web.json_response([brief(goods[place]) for place in (9, 20, 31, 43)])


async def _points(request: web.Request) -> web.Response:
    if request.app[SHOP].twin.bug("account-points-down"):
        return web.json_response({"error": "upstream timed out"}, status=503)
    return web.json_response({"points": 340, "next_reward": 500})


async def _delivery(_request: web.Request) -> web.Response:
    return web.json_response({"standard": 350, "express": 695, "free_from": 4000})


ROUTES = [
    web.get("/api/products", _products),
    web.get("/api/products/{slug}/reviews", _reviews),
    web.get("/api/recommendations", _recommendations),
    web.get("/api/account/points", _points),
    web.get("/api/delivery", _delivery),
]

"""The shop's server: pages, assets, the JSON API and the forms, on one aiohttp application."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from jinja2 import TemplateNotFound

from sites.running import RunningSite
from sites.shop import api, forms
from sites.shop.pages import search_page, track_page
from sites.shop.shop import SHOP, Shop

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "webmanifest": "application/manifest+json"}
SLOW_QUERY_SECONDS = 4.5

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def start(*, clean: bool, port: int = 0, host: str = "127.0.0.1") -> RunningSite:
    """Serve the shop; port 0 takes any free one.

    Raises:
        OSError: the port is taken.
    """
    runner = web.AppRunner(application(clean=clean), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    bound = runner.addresses[0][1]
    return RunningSite(f"http://{host}:{bound}", runner.cleanup)


def application(*, clean: bool) -> web.Application:
    app = web.Application(middlewares=[_headers, _errors])
    app[SHOP] = Shop.open(clean=clean)
    app.add_routes(
        [
            web.get("/favicon.svg", _favicon),
            web.get("/favicon.ico", _favicon),
            web.get("/robots.txt", _robots),
            web.get("/sitemap.xml", _sitemap),
            web.get("/assets/{name}", _asset),
            web.get("/img/{kind}/{name}.svg", _picture),
            web.get("/search", _search),
            web.get("/track", _track),
            web.get("/help/returns-form", _returns_form),
            *api.ROUTES,
            *forms.ROUTES,
            web.get("/{path:.*}", _page),
        ]
    )
    return app


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    twin = request.app[SHOP].twin
    response = await handler(request)
    headers = dict(SECURITY_HEADERS)
    if twin.bug("nosniff-missing"):
        del headers["X-Content-Type-Options"]
    if request.path == "/checkout" and twin.bug("checkout-no-csp"):
        del headers["Content-Security-Policy"]
    response.headers.update(headers)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    shop = request.app[SHOP]
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return shop.error(request.path, 404)
    except web.HTTPException:
        raise
    except Exception:
        if shop.twin.clean:
            raise  # not planted: a fault of this server
        return shop.error(request.path, 500)


async def _page(request: web.Request) -> web.Response:
    shop = request.app[SHOP]
    page = shop.pages.get(request.path_qs) or shop.pages.get(request.path)
    if page is None:
        raise web.HTTPNotFound
    if page.path == "/press" and shop.twin.bug("press-blank"):
        return web.Response(text="", content_type="text/html")
    if page.path == "/about/careers" and shop.twin.bug("footer-careers-gone"):
        raise web.HTTPNotFound
    if page.path == "/account/reset" and shop.twin.bug("login-reset-gone"):
        raise web.HTTPNotFound
    if page.path == "/product/aged-white-cake" and shop.twin.bug("product-server-error"):
        raise ZeroDivisionError("price per gram of a cake that has no weight")
    if page.path == "/stores" and shop.twin.bug("stores-slow"):
        await asyncio.sleep(SLOW_QUERY_SECONDS)
    return shop.render(page)


async def _search(request: web.Request) -> web.Response:
    shop = request.app[SHOP]
    query = request.query.get("q", "").strip()[:80]
    if "'" in query and shop.twin.bug("search-apostrophe"):
        raise ValueError(f"unterminated string in: name LIKE '%{query}%'")
    return shop.render(search_page(shop.catalogue, query))


async def _track(request: web.Request) -> web.Response:
    return request.app[SHOP].render(track_page(request.query.get("order", "").strip()[:20]))


async def _returns_form(request: web.Request) -> web.Response:
    loops = request.app[SHOP].twin.bug("help-redirect-loop")
    raise web.HTTPFound("/help/returns-form?lang=en" if loops else "/help/returns")


async def _asset(request: web.Request) -> web.Response:
    shop, name = request.app[SHOP], request.match_info["name"]
    try:
        body = shop.env.get_template(f"assets/{name}").render()
    except TemplateNotFound as error:
        raise web.HTTPNotFound from error
    return web.Response(text=body, content_type=TYPES[name.rpartition(".")[2]])


async def _picture(request: web.Request) -> web.Response:
    body = request.app[SHOP].picture(request.match_info["kind"], request.match_info["name"])
    return web.Response(text=body, content_type=TYPES["svg"], headers={"Cache-Control": "max-age=3600"})


async def _favicon(request: web.Request) -> web.Response:
    return web.Response(text=request.app[SHOP].picture("brand", "kettle"), content_type=TYPES["svg"])


async def _robots(request: web.Request) -> web.Response:
    return web.Response(text=f"User-agent: *\nDisallow: /api/\nSitemap: {request.url.origin()}/sitemap.xml\n")


async def _sitemap(request: web.Request) -> web.Response:
    pages = [page for page in request.app[SHOP].pages.values() if page.listed]
    body = request.app[SHOP].env.get_template("sitemap.xml").render(origin=request.url.origin(), pages=pages)
    return web.Response(text=body, content_type="application/xml")

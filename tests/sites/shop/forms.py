"""What happens when a form is sent: checked, then shown again with what is wrong, or thanked for."""

import re

from aiohttp import web

from sites.shop.shop import SHOP

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
POSTCODE = re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}")
PASSWORD_LENGTH = 8

REQUIRED = {
    "/checkout": ("name", "email", "address", "city", "postcode", "card"),
    "/contact": ("name", "email", "message"),
    "/account/login": ("email", "password"),
    "/account/register": ("name", "email", "password"),
    "/account/reset": ("email",),
    "/newsletter": ("email",),
}
DONE = {
    "/checkout": "/checkout/confirmed",
    "/account/login": "/account",
    "/account/register": "/account",
}


async def _send(request: web.Request) -> web.Response:
    shop, path = request.app[SHOP], request.path
    form = {name: str(value).strip() for name, value in (await request.post()).items()}
    if path == "/contact" and shop.twin.bug("contact-send-fails"):
        raise ConnectionRefusedError("the mail relay does not answer")
    lenient = path == "/checkout" and shop.twin.bug("checkout-accepts-any-email")
    errors = problems(path, form, check_email=not lenient)
    if not errors and path in DONE:
        raise web.HTTPSeeOther(DONE[path])
    page = shop.pages["/contact" if path == "/newsletter" else path]
    if not errors:
        return shop.render(page, sent=True)
    kept = {} if path == "/checkout" and shop.twin.bug("checkout-forgets-input") else form
    return shop.render(page, status=422, form=kept, errors=errors)


def problems(path: str, form: dict[str, str], *, check_email: bool = True) -> dict[str, str]:
    """What is wrong with a form, by field."""
    wrong = {name: f"Please fill in your {name}." for name in REQUIRED[path] if not form.get(name)}
    if check_email and form.get("email") and not EMAIL.fullmatch(form["email"]):
        wrong["email"] = "Please enter an e-mail address such as name@example.org."
    if form.get("postcode") and not POSTCODE.fullmatch(form["postcode"]):
        wrong["postcode"] = "Please enter a UK postcode such as BS1 5BS."
    if path == "/account/register" and 0 < len(form.get("password", "")) < PASSWORD_LENGTH:
        wrong["password"] = "Please choose a password of at least eight characters."
    return wrong


ROUTES = [web.post(path, _send) for path in REQUIRED]

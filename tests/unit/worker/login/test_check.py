"""What a page says about being logged in."""

import pytest

from bughive_crds.auth import LoginCheck
from bughive_worker.login.check import Shown, objection, same_page

HOME, LOGIN = "https://shop.example/", "https://shop.example/login"


def shown(asked: str = HOME, url: str = "", status: int | None = 200, **seen: bool) -> Shown:
    return Shown(asked, url or asked, status, **{"password": False, "selector": False, "text": False, **seen})


@pytest.mark.parametrize(
    ("page", "check", "told"),
    [
        (shown(), None, ""),
        (shown(status=401), None, "answers 401"),
        (shown(status=403), None, "answers 403"),
        (shown(status=404), None, ""),
        (shown(status=None), None, ""),
        (shown(url=f"{LOGIN}?next=%2F"), None, "leads to the login page"),
        (shown(LOGIN), None, ""),
        (shown(password=True), None, "shows a login form"),
        (shown(password=True, selector=True), LoginCheck(selector="#me"), ""),
        (shown(), LoginCheck(selector="#me"), "does not have #me"),
        (shown(text=True), LoginCheck(text="Welcome"), ""),
        (shown(), LoginCheck(text="Welcome"), "does not show the text"),
        (shown(selector=True), LoginCheck(selector="#me", text="Welcome"), "does not show the text"),
        (shown(password=True), LoginCheck(url=HOME), "shows a login form"),
    ],
)
def test_whether_one_is_logged_in(page, check, told):
    why = objection(page, check, LOGIN)
    assert told in why
    assert bool(why) == bool(told)


def test_a_page_is_the_same_whatever_its_parameters():
    assert same_page("https://shop.example/login?next=/", "https://shop.example/login/#form")
    assert not same_page("https://shop.example/login", "https://shop.example/")

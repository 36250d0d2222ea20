"""Which headers of a spec are taken for secrets."""

import pytest

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_worker.login.sent_secrets import header_secrets, sends_secrets

TOKEN = "7f3a91c04be2d865"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CF-Access-Client-Secret", "open-sesame"),
        ("x-vercel-protection-bypass", "letmein"),
        ("X-Staging", TOKEN),
        ("X-Gate", " staging42 "),
        ("X-Forwarded-Access-Token", "abcdefgh"),
        ("X-ApiKey", "open-sesame"),
        ("X-Keys", "open-sesame"),
        ("X-SessionID", "open-sesame"),
        ("X-Password-Hint", "open-sesame"),
        ("Authentication", "open-sesame"),
    ],
)
def test_a_header_is_secret_by_its_name_or_its_looks(name, value):
    assert header_secrets({name: value}) == {name: {value.strip()}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Country", "Switzerland"),
        ("X-Tenant", "acme-corporation"),
        ("X-Api-Version", "2024-06-01"),
        ("X-Debug", "1"),
        ("X-Stage", "beta2"),
        ("Accept", "text/html;q=0.9"),
        ("Accept-Language", "de-AT;q=0.5, en"),
        ("Referer", "https://shop2.example/landing"),
        ("X-Forwarded-Host", "shop2.example"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("Cache-Control", "max-age=0"),
        ("Pragma", "x-get-true-cache-key1"),
        ("Priority", "u=1, i, incremental"),
        ("X-Author", "Wikipedia"),
        ("X-Keyboard-Layout", "standard"),
        ("X-Passenger-Class", "business"),
    ],
)
def test_what_any_page_may_say_is_none(name, value):
    assert header_secrets({name: value}) == {}


def test_what_stands_behind_a_schemes_name_is_secret_by_itself_too():
    assert header_secrets({"X-Gate": f"Token {TOKEN}"}) == {"X-Gate": {f"Token {TOKEN}", TOKEN}}


@pytest.mark.parametrize(
    ("spec", "secret"),
    [
        ({}, False),
        ({"browser": {"headers": {"X-Debug": "1"}}}, False),
        ({"browser": {"headers": {"X-Gate": TOKEN}}}, True),
        ({"auth": {"type": "Form", "secretRef": {"name": "login"}}}, True),
    ],
)
def test_a_session_sends_secrets_by_its_login_or_by_a_header(spec, secret):
    assert sends_secrets(CrawlSessionSpec.model_validate({"url": "https://shop.example/", **spec})) is secret

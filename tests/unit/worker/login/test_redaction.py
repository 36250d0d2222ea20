"""Secrets that a site echoes are taken out of what was seen."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, quote_plus

import pytest

from bughive_protocol.frontier import PageEnd
from bughive_worker.login.redaction import REDACTED, Redaction
from bughive_worker.observation import AxeViolation, ConsoleEntry, DomFacts, Link, NetworkEntry, PageObservation

SECRET = "pa ss/w0rd+&\"'<é"


def page(text: str) -> PageObservation:
    return PageObservation(
        url="https://shop.example/",
        end=PageEnd.LOADED,
        observed_at=datetime.now(UTC),
        headers={"x-echo": text},
        console=(ConsoleEntry("error", f"said {text}"),),
        network=(NetworkEntry(f"https://shop.example/?q={text}", "fetch", status=200),),
        dom=DomFacts(
            title=text,
            lang="en",
            description="",
            canonical=None,
            text_length=1,
            links=(Link(f"https://shop.example/{text}", "on", "a"),),
        ),
        accessibility=(AxeViolation("r", "minor", "", "", "a", f"<a>{text}</a>", ""),),
    )


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        b64encode(SECRET.encode()).decode(),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        escape(SECRET),
    ],
)
def test_a_secret_is_taken_out_in_each_form_wherever_it_stands(form):
    seen = Redaction([SECRET]).of(page(form))
    assert form not in repr(seen)
    assert form.rstrip("=") not in repr(seen)
    assert seen.console[0].text.startswith(f"said {REDACTED}")
    assert REDACTED in seen.dom.links[0].url


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_secret_in_the_midst_of_base64_leaves_no_bit(before):
    text = b64encode(f"{before}{SECRET} behind".encode()).decode()
    left = Redaction([SECRET]).text(f"token {text}.")
    assert REDACTED in left
    kept = left.replace(REDACTED, "\0")
    for shift in range(3):
        core = b64encode(b"\0" * shift + SECRET.encode()).decode()[4:-4]
        assert not any(core[i : i + 6] in kept for i in range(len(core) - 5))


def test_what_holds_no_secret_stays_as_it_is():
    seen = page("calm")
    assert Redaction([SECRET]).of(seen) == seen
    assert Redaction().of(seen) is seen


@pytest.mark.parametrize(("secret", "public"), [("shop", ""), ("abc", ""), ("shop.example", "https://shop.example/")])
def test_a_word_that_says_nothing_is_left_where_it_stands(secret, public):
    assert Redaction([secret], public).text(f"the {secret} of it") == f"the {secret} of it"


def test_a_secret_within_another_leaves_nothing_of_the_longer():
    assert Redaction(["hunter2", "hunter22"]).text("hunter22 hunter2") == f"{REDACTED} {REDACTED}"


def test_what_is_learned_later_is_taken_out_beside_what_was_known():
    redaction = Redaction(["first-s3cret"], public="https://shop.example/")
    redaction.learn(["second-s3cret", "shop.example"])
    assert redaction.text("first-s3cret second-s3cret shop.example") == f"{REDACTED} {REDACTED} shop.example"

"""How a session logs in: ``spec.auth``."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from bughive_crds.model import ApiModel, Rule
from bughive_crds.secret_ref import SecretRef
from bughive_crds.text import HttpUrl, Selector


class AuthType(StrEnum):
    """How a visitor shows who they are."""

    BASIC = "Basic"
    BEARER = "Bearer"
    COOKIE = "Cookie"
    HEADER = "Header"
    FORM = "Form"


SECRET_KEYS: dict[AuthType, tuple[str, ...]] = {
    AuthType.BASIC: ("username", "password"),
    AuthType.BEARER: ("token",),
    AuthType.COOKIE: ("cookie",),
    AuthType.HEADER: ("name", "value"),
    AuthType.FORM: ("username", "password"),
}
"""What each type reads of its Secret."""


class LoginForm(ApiModel):
    """The parts of a login form. What is unset is found by itself."""

    username: Selector | None = None
    """A CSS selector of the field for the user's name. Unset: the text or e-mail field before the password."""
    password: Selector | None = None
    """A CSS selector of the field for the password. Unset: the first visible password field."""
    submit: Selector | None = None
    """A CSS selector of the button that logs in. Unset: the form's own submit button, or else the Enter key."""


class LoginCheck(ApiModel):
    """How to tell that one is logged in: all that is set must hold."""

    rules = (
        Rule(
            cel="has(self.url) || has(self.selector) || has(self.text)",
            holds=lambda check: bool(check.url or check.selector or check.text),
            message="check needs a url, a selector or a text: with none of them it would check nothing",
        ),
    )

    url: HttpUrl | None = None
    """A page of the site that only a visitor who is logged in may see; it is opened for the check. Unset: the start
    page."""
    selector: Selector | None = None
    """A CSS selector of something that is there only for a visitor who is logged in."""
    text: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None
    """Text that is shown only to a visitor who is logged in."""


class AuthSpec(ApiModel):
    """How to log in before the crawl, and again whenever the login is lost.

    Credentials go to the site's own hosts only. Links and forms that log out are left alone.
    """

    rules = (
        Rule(
            cel="!has(self.form) || self.type == 'Form'",
            holds=lambda auth: auth.form is None or auth.type is AuthType.FORM,
            message="form is for type Form only: leave it out, or set type to Form",
        ),
    )

    type: AuthType
    """Basic, Bearer, Cookie, Header or Form; which keys of the Secret each reads is in `secretRef`."""
    secret_ref: SecretRef
    """The Secret with the credentials. Its keys are `username` and `password` for Basic and Form, `token` for Bearer,
    `cookie` (`name=value; name=value`) for Cookie, and `name` and `value` for Header."""
    login_url: HttpUrl | None = Field(default=None, alias="loginURL")
    """The page with the login form, on one of the site's own hosts. Unset: the start page, or where that leads. For the
    other types: to be sent there means not to be logged in."""
    form: LoginForm | None = None
    check: LoginCheck | None = None

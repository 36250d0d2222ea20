"""What a Secret is made into, by the type of login. Pure."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from bughive_crds.auth import SECRET_KEYS, AuthSpec, AuthType
from bughive_crds.crawl_session import is_of_the_connection
from bughive_protocol.errors import CredentialsUnavailable
from bughive_worker.net.site_auth import SiteCookie, cookies_of


@dataclass(frozen=True)
class SiteCredentials:
    """What shows the site who asks; nothing of it is shown when this is printed."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: tuple[SiteCookie, ...] = field(default=(), repr=False)
    username: str = field(default="", repr=False)
    """To be typed into a form."""
    password: str = field(default="", repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What must appear in no record."""


def site_credentials(
    auth: AuthSpec, values: Mapping[str, SecretStr], hosts: tuple[str, ...], *, secure: bool
) -> SiteCredentials:
    """Read a Secret.

    Args:
        auth: which type of login.
        values: the Secret's data.
        hosts: where cookies go.
        secure: whether they go over https only.

    Raises:
        CredentialsUnavailable: a key is missing or holds what cannot be sent; the message names it.
    """
    name = auth.secret_ref.name
    plain = {key: values[key].get_secret_value() for key in SECRET_KEYS[auth.type] if key in values}
    for key in SECRET_KEYS[auth.type]:
        if not plain.get(key):
            raise CredentialsUnavailable(f"The Secret {name} has no {key}, which auth.type {auth.type} needs. Add it.")
    match auth.type:
        case AuthType.FORM:
            return SiteCredentials(
                username=plain["username"], password=plain["password"], secrets=frozenset((plain["password"],))
            )
        case AuthType.BASIC:
            pair = f"{plain['username']}:{plain['password']}"
            token = b64encode(pair.encode()).decode()
            return SiteCredentials(
                headers=_header(name, "password", "Authorization", f"Basic {token}"),
                secrets=frozenset((plain["password"], pair)),
            )
        case AuthType.BEARER:
            token = plain["token"]
            return SiteCredentials(
                headers=_header(name, "token", "Authorization", f"Bearer {token}"), secrets=frozenset((token,))
            )
        case AuthType.HEADER:
            header, value = plain["name"], plain["value"]
            return SiteCredentials(headers=_header(name, "value", header, value), secrets=frozenset((value,)))
        case AuthType.COOKIE:
            return _cookies(name, plain["cookie"], hosts, secure=secure)


def _cookies(name: str, header: str, hosts: tuple[str, ...], *, secure: bool) -> SiteCredentials:
    try:
        cookies = cookies_of(header, hosts, secure=secure)
    except ValueError as error:
        raise CredentialsUnavailable(f"The Secret {name} cannot be used: its cookie {error}.") from None
    return SiteCredentials(cookies=cookies, secrets=frozenset(cookie.value for cookie in cookies))


def _header(name: str, key: str, header: str, value: str) -> Mapping[str, str]:
    """A header that can be sent; else neither the browser's error nor ours may quote it."""
    if not header.replace("-", "").isalnum() or not header.isascii():
        raise CredentialsUnavailable(f"The Secret {name} cannot be used: its name is no header's name.")
    if is_of_the_connection(header):
        raise CredentialsUnavailable(f"The Secret {name} cannot be used: its name is a header that browsers set alone.")
    if not value.isascii() or not value.isprintable():
        raise CredentialsUnavailable(f"The Secret {name} cannot be used: its {key} has characters no header may have.")
    return {header: value}

"""Which links log out. A session that has logged in leaves them alone. Pure."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_SEPARATORS = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"\.[a-z]{2,5}$")
_IN_ADDRESS = re.compile(
    r"""
    (?:user|account|member|customer|auth|do|site)?
    (?:(?:log|sign)(?:out|off)|logmeout|(?:end|destroy|close)session|abmelden|ausloggen|abmeldung
    |(?:se)?d[eé]connecter|d[eé]connexion|cerrarsesion|salir|desconectar|uitloggen|afmelden|disconnetti|esci|sair
    |terminarsessao|loggaut|loggut|logud|kirjauduulos|wyloguj|odhlasit|odhlaseni|kijelentkezes|cikis|cikisyap)
    (?:user|now|all)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What stands in addresses, without what separates the words."""
_IN_TEXT = re.compile(
    r"""
    (?:(?:log|sign)\s?(?:out|off)|abmelden|ausloggen|déconnexion|se\sdéconnecter|cerrar\ssesión|salir|desconectar
    |uitloggen|afmelden|disconnetti|esci|sair|terminar\ssessão|logga\sut|logg\sut|log\sud|kirjaudu\sulos|wyloguj
    |odhlásit|kijelentkezés|выйти|выход|вийти|退出|退出登录|注销|登出|ログアウト|サインアウト|로그아웃|تسجيل\sالخروج|התנתק)
    (?:[\s(].*)?
    """,  # noqa: RUF001 - letters of other languages
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_TEXT = 40
"""Longer ones speak about it."""


def logs_out(url: str, text: str = "") -> bool:
    """Whether a link logs out, by its address or by what it says."""
    return _by_address(url) or _by_text(text)


def _by_address(url: str) -> bool:
    parts = urlsplit(url)
    segments = (_EXTENSION.sub("", segment.lower()) for segment in unquote(parts.path).split("/"))
    parameters = (word for pair in parse_qsl(parts.query, keep_blank_values=True) for word in pair)
    return any(_IN_ADDRESS.fullmatch(_SEPARATORS.sub("", word)) for word in (*segments, *parameters))


def _by_text(text: str) -> bool:
    said = " ".join(text.split())
    return len(said) <= _LONGEST_TEXT and _IN_TEXT.fullmatch(said) is not None

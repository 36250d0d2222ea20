"""Parameters that say who came from where, not which page it is."""

import re

_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_")
_TRACKING = frozenset(
    (
        # Google, Microsoft, Yandex, Facebook, Instagram, TikTok, X, LinkedIn, Pinterest, Snapchat, Reddit
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid", "_ga", "_gl"),
        *("msclkid", "yclid", "ysclid", "fbclid", "igsh", "igshid", "ttclid", "twclid", "li_fat_id", "epik"),
        *("sccid", "rdt_cid"),
        # Mailchimp, HubSpot, Marketo, Vero, Omeda, Klaviyo, Adobe, Impact, Drip, Wicked Reports
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "hsctatracking", "mkt_tok", "vero_id", "vero_conv"),
        *("oly_enc_id", "oly_anon_id", "_kx", "s_kwcid", "ef_id", "irclickid", "__s", "wickedid"),
    )
)
_SESSION = frozenset(("phpsessid", "jsessionid", "aspsessionid", "cftoken", "oscsid", "zenid", "asp.net_sessionid"))
# These names mean other things too (a section, a size): only with a value that looks like a token.
_MAYBE_SESSION = frozenset(("sid", "sessid", "session", "sessionid", "session_id", "s", "xtcsid", "cfid"))
_TOKEN = re.compile(r"[0-9a-f]{16,}|(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_-]{24,}", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sid|sessionid)=[^/;]*"
    r"|/\((?:[A-Z]\([A-Za-z0-9_-]+\))+\)(?=/)",  # ASP.NET without cookies: /(S(lit3py55t21z5v55vlm25s55))/
    re.IGNORECASE,
)


def is_noise(name: str, value: str) -> bool:
    """Whether a query parameter is a tracking mark or a session id. ``ref``, ``source`` and the like are kept."""
    name = name.lower()
    if name in _TRACKING or name in _SESSION or name.startswith(_TRACKING_PREFIXES) or name.startswith("aspsessionid"):
        return True
    return name in _MAYBE_SESSION and _TOKEN.fullmatch(value) is not None


def without_session(path: str) -> str:
    """A path without the session ids that some servers write into it."""
    return _SESSION_IN_PATH.sub("", path) if ";" in path or "(" in path else path

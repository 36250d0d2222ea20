"""The kinds of text that fields hold, each with its bound and a sentence for what does not fit."""

from typing import Annotated

from pydantic import StringConstraints

from bughive_crds.model import Matching

HttpUrl = Annotated[
    str,
    StringConstraints(max_length=2048),
    Matching(
        r"https?://[^\s/?#@]+([/?#]\S*)?",
        "must be an absolute http or https URL without a user name, such as https://shop.example/",
    ),
]
Host = Annotated[
    str,
    StringConstraints(max_length=253),
    Matching(
        r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        "must be a host name without scheme, port or path, such as www.shop.example or *.shop.example",
    ),
]
Glob = Annotated[
    str,
    StringConstraints(max_length=512),
    Matching(
        r"(https?://|/|\*)\S*",
        "must be a glob over URLs or paths, such as https://shop.example/blog/*, /blog/* or *.pdf",
    ),
]
Selector = Annotated[str, StringConstraints(min_length=1, max_length=256)]
DetectorName = Annotated[
    str,
    StringConstraints(max_length=63),
    Matching(r"[a-z][a-z0-9-]*", "must be a detector's name, such as broken-links; `bughive detectors` lists them"),
]
BugKind = Annotated[
    str,
    StringConstraints(max_length=63),
    Matching(r"[a-z][a-z0-9-]*", "must be a bug's kind, such as broken-link; docs/detectors.md lists them"),
]
Fingerprint = Annotated[
    str,
    StringConstraints(max_length=16),
    Matching(r"[0-9a-f]{16}", "must be a bug's fingerprint, 16 hexadecimal digits, as the report shows it"),
]
HeaderName = Annotated[str, StringConstraints(max_length=128)]
HeaderValue = Annotated[
    str, StringConstraints(max_length=1024), Matching(r"[^\r\n]*", "must be one line, without line breaks")
]
Locale = Annotated[
    str,
    StringConstraints(max_length=35),
    Matching(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "must be a language tag such as en-US or de"),
]

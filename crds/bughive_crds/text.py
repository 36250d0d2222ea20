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
ModelName = Annotated[
    str,
    StringConstraints(max_length=64),
    Matching(r"[A-Za-z0-9][A-Za-z0-9._:@-]*", "must be a model's id, such as claude-haiku-5-5"),
]
_ONE_LINE = Matching(
    r"[^\x00-\x08\x0A-\x1F\x7F]*", "must be one line, without line breaks and other control characters"
)
HeaderName = Annotated[str, StringConstraints(max_length=128)]
HeaderValue = Annotated[str, StringConstraints(max_length=1024), _ONE_LINE]
UserAgent = Annotated[str, StringConstraints(max_length=512), _ONE_LINE]
Locale = Annotated[
    str,
    StringConstraints(max_length=35),
    Matching(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "must be a language tag such as en-US or de"),
]


def _cron_field(value: str) -> str:
    """A field of a cron expression whose numbers or names are ``value``: lists of stars, values, ranges and steps."""
    item = rf"([*?]|({value})(-({value}))?)(/[1-9][0-9]?)?"
    return rf"{item}(,{item})*"


_CRON_FIELDS = (
    _cron_field(r"[0-5]?[0-9]"),
    _cron_field(r"[01]?[0-9]|2[0-3]"),
    _cron_field(r"0?[1-9]|[12][0-9]|3[01]"),
    _cron_field(r"0?[1-9]|1[0-2]|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"),
    _cron_field(r"0?[0-6]|(?i:sun|mon|tue|wed|thu|fri|sat)"),
)
_CRON_MACROS = "@(hourly|daily|midnight|weekly|monthly|yearly|annually)"
CronExpression = Annotated[
    str,
    StringConstraints(max_length=256),
    Matching(
        rf"{_CRON_MACROS}|{' +'.join(_CRON_FIELDS)}",
        "must be a cron expression of five fields (minute, hour, day of month, month, day of week with Sunday as 0), "
        "such as 0 3 * * MON-FRI, or a word such as @daily; the time zone belongs into timeZone",
    ),
]
TimeZone = Annotated[
    str,
    StringConstraints(max_length=64),
    Matching(
        r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}",
        "must be a time zone's IANA name, such as Europe/Berlin or Etc/UTC",
    ),
]
MetadataKey = Annotated[str, StringConstraints(max_length=316)]
LabelValue = Annotated[
    str,
    StringConstraints(max_length=63),
    Matching(
        r"([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?",
        "must be a label's value: letters, digits, dashes, underscores and dots, a letter or digit at both ends",
    ),
]
AnnotationValue = Annotated[str, StringConstraints(max_length=4096)]

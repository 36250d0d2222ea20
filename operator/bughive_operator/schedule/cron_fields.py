"""Cron expressions as a CronJob reads them, rewritten as plain lists of numbers, which every cron library reads alike.

Libraries differ in the corners: whether ``*/2`` is a star, where ``5-5/2`` ends, whether 7 is Sunday.
"""

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)
STAR = "*"


def expanded(expression: str) -> str:
    """Five fields, each a star or a list of numbers.

    Raises:
        ValueError: it is no such expression; the message says where.
    """
    fields = MACROS.get(expression, expression).split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{expression} has {len(fields)} fields; it takes five, or a word such as @daily")
    return " ".join(_expand(text, *field) for text, field in zip(fields, _FIELDS, strict=True))


def _expand(text: str, what: str, low: int, high: int, names: dict[str, int]) -> str:
    numbers: set[int] = set()
    for item in text.split(","):
        span, _, step_text = item.partition("/")
        try:
            begin, end = _span(span.lower(), low, high, names, stepped=bool(step_text))
            step = int(step_text or 1)
        except ValueError:
            raise ValueError(f"{item} is no {what}") from None
        if not low <= begin <= end <= high or step < 1:
            raise ValueError(f"{item} is no {what}: from {low} to {high}, and ranges upwards")
        if span in ("*", "?") and step == 1:
            return STAR
        numbers.update(range(begin, end + 1, step))
    return ",".join(map(str, sorted(numbers)))


def _span(text: str, low: int, high: int, names: dict[str, int], *, stepped: bool) -> tuple[int, int]:
    if text in ("*", "?"):
        return low, high
    first, dash, last = text.partition("-")
    begin = names[first] if first in names else int(first)
    if dash:
        return begin, names[last] if last in names else int(last)
    return begin, high if stepped else begin

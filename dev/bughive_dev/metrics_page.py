"""Writes the tables of metrics in docs/operations.md from the code: `python -m bughive_dev.metrics_page [--check]`."""

import re
import sys
from dataclasses import dataclass
from types import ModuleType

from prometheus_client.metrics import MetricWrapperBase

from bughive_dev.checkout import ROOT
from bughive_dev.generated import write_or_check
from bughive_operator import metrics as operator_metrics
from bughive_worker import metrics as worker_metrics

PAGE = ROOT / "docs" / "operations.md"
ROOMS: tuple[tuple[str, ModuleType], ...] = (("Operator", operator_metrics), ("Workers", worker_metrics))
BEGIN, END = "<!-- metrics: generated -->\n", "<!-- end of metrics -->\n"
_SERIES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


@dataclass(frozen=True)
class Described:
    """A metric as its users see it."""

    name: str
    """As it is shown; of a histogram, what its series have in common."""
    sort: str
    labels: tuple[str, ...]
    meaning: str
    series: tuple[str, ...]
    """The names that a query may ask for."""


def described(room: ModuleType) -> list[Described]:
    """Every metric of a room, in the order of its file."""
    return [_describe(metric) for metric in vars(room).values() if isinstance(metric, MetricWrapperBase)]


def _describe(metric: MetricWrapperBase) -> Described:
    (family,) = metric.describe()
    series = tuple(f"{family.name}{suffix}" for suffix in _SERIES[family.type])
    return Described(
        name=family.name if family.type == "histogram" else series[0],
        sort=family.type,
        labels=tuple(metric._labelnames),  # noqa: SLF001 - nothing public says them before the first event
        meaning=family.documentation,
        series=series,
    )


def render(page: str) -> str:
    """The page's text with its tables made anew."""
    tables = "".join(_table(title, room) for title, room in ROOMS)
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{tables}\n{END}{tail}"


def _table(title: str, room: ModuleType) -> str:
    rows = [
        f"| `{one.name}` | {one.sort} | {', '.join(f'`{label}`' for label in one.labels)} | {_cell(one.meaning)} |"
        for one in described(room)
    ]
    return "\n".join([f"\n### {title}\n", "| metric | type | labels | meaning |", "|---|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def main() -> int:
    """Write the page, or with ``--check`` say whether it is fresh."""
    return write_or_check({PAGE: render(PAGE.read_text())}, "bughive_dev.metrics_page")


if __name__ == "__main__":
    sys.exit(main())

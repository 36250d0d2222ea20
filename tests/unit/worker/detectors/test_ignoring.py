"""``checks.ignore``: which findings are shown and not counted."""

from datetime import UTC, datetime, timedelta

import pytest

from bughive_crds.crawl_session import ChecksSpec, Ignore
from bughive_crds.model import Severity
from bughive_protocol.errors import InvalidSpec
from bughive_protocol.finding import Confidence, Finding
from bughive_worker.detectors.ignoring import marked
from bughive_worker.detectors.registry import check_names

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BUG = Finding(
    fingerprint="0123456789abcdef",
    kind="broken-link",
    severity=Severity.HIGH,
    confidence=Confidence.CERTAIN,
    title="A link leads nowhere",
    url="https://shop.example/blog/1",
)


@pytest.mark.parametrize(
    ("ignore", "is_ignored"),
    [
        ({"fingerprint": "0123456789abcdef"}, True),
        ({"fingerprint": "f" * 16}, False),
        ({"kind": "broken-link"}, True),
        ({"kind": "broken-image"}, False),
        ({"url": "/blog/*"}, True),
        ({"url": "/shop/*"}, False),
        ({"kind": "broken-link", "url": "/blog/*"}, True),
        ({"kind": "broken-link", "url": "/shop/*"}, False),
        ({"kind": "broken-link", "until": NOW + timedelta(seconds=1)}, True),
        ({"kind": "broken-link", "until": NOW}, False),
    ],
)
def test_a_bug_is_ignored_where_all_that_an_entry_says_holds(ignore, is_ignored):
    (found,) = marked([BUG], [Ignore(reason="not ours", **ignore)], NOW)
    assert found == BUG.model_copy(update={"ignored": "not ours" if is_ignored else None})


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(InvalidSpec, match="no kind of bug called broken-lnk"):
        check_names(ChecksSpec(ignore=(Ignore(kind="broken-lnk", reason="r"),)))

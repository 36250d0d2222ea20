"""A picture of every page, by way of the outbox and the queue media, with all of BugHive around it."""

import json

from bughive_crds.crawl_session import Phase
from bughive_protocol.artifact_names import KEPT, picture_name

from .conftest import PAGES


def test_every_page_is_pictured_and_uploaded_while_the_crawl_goes_on(installation):
    spec = {"browser": {"requestsPerSecond": 4}, "artifacts": {"screenshots": "All", "keep": True}}
    uid = installation.begin("pictured", **spec)
    installation.wait(
        "the queue's workers upload pages",
        lambda: any(subject.startswith("page-") for subject in installation.uploaded(uid)),
    )
    assert installation.recorded(uid) < PAGES, "the crawl's own worker uploads at the end only"
    installation.wait_for("pictured", Phase.COMPLETED)

    folder = installation.stack.artifacts / installation.namespace / uid
    report = json.loads((folder / "report.json").read_text())
    names = [page["picture"]["name"] for page in report["crawled"] if page["end"] == "Loaded"]
    assert len(names) >= PAGES
    for name in names:
        assert name == picture_name((folder / name).read_bytes())
    assert (folder / KEPT).is_file()
    assert not installation.captures()

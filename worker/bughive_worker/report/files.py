"""A report's files: the same result for people, for programs, for code scanning and for test reports."""

from collections.abc import Mapping

from bughive_worker.report.document import ReportDocument
from bughive_worker.report.html import render_html
from bughive_worker.report.junit import render_junit
from bughive_worker.report.sarif import render_sarif


def report_files(document: ReportDocument, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file by its name, the one for people first. Takes seconds for thousands of findings."""
    return {
        "report.html": render_html(document, pictures),
        "report.json": document.model_dump_json(by_alias=True, indent=1).encode(),
        "report.sarif": render_sarif(document),
        "report.junit.xml": render_junit(document),
    }

"""``report.html``: one self-contained file for people, with pictures, filters and steps."""

import base64
from collections import Counter
from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from bughive_crds.model import Severity
from bughive_worker.report.document import ReportDocument

MAX_PICTURE_BYTES = 24 * 1024 * 1024
"""What all pictures inside one report may weigh; the worst bugs' pictures come first, others are links."""


def render_html(document: ReportDocument, pictures: Mapping[str, bytes]) -> bytes:
    """The report as one HTML file in UTF-8.

    Args:
        document: the result.
        pictures: those that go into the file, by the fingerprint of the finding that they show; others are links.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    folder = files("bughive_worker.report")
    template = environment.from_string(folder.joinpath("report.html.j2").read_text("utf-8"))
    text = template.render(
        report=document,
        beyond=document.pages.beyond,
        severities=list(Severity),
        kinds=sorted(Counter(finding.kind for finding in document.findings).items()),
        pictures={fingerprint: base64.b64encode(webp).decode() for fingerprint, webp in pictures.items()},
        style=folder.joinpath("report.css").read_text("utf-8"),
        script=folder.joinpath("report.js").read_text("utf-8"),
    )
    return text.encode()


def fitting(document: ReportDocument) -> list[str]:
    """The findings whose pictures fit into the file, worst first."""
    room = MAX_PICTURE_BYTES
    result = []
    for finding in document.findings:
        if finding.picture is not None and finding.picture.size <= room:
            room -= finding.picture.size
            result.append(finding.fingerprint)
    return result

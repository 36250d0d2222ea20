"""``bughive report``: fetches a session's report files, through the API server if need be."""

import json
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_report import REPORTS_SERVICE_ANNOTATION
from bughive_crds.crawl_session import Phase
from bughive_protocol.artifact_names import CONTENT_TYPES, FORMATS, ReportFile
from bughive_protocol.artifact_url import Directory, parse_artifact_url
from bughive_protocol.errors import PermanentError
from bughive_worker.cli.cluster import Answer, UserCluster
from bughive_worker.cli.report_pictures import fetch_pictures
from bughive_worker.cli.report_service import ReportService

STDOUT = "-"
_OVER = frozenset({Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED})


class NoReport(PermanentError):
    """There is nothing to fetch; the message says why and what to do."""


def fetch(name: str, namespace: str | None, out: str, formats: Sequence[str], *, open_it: bool, pictures: bool) -> int:
    """Fetch the files of a session's report into a directory, or one of them to the standard output.

    Args:
        name: the CrawlSession.
        namespace: its namespace; None: the kubeconfig's.
        out: the directory, or ``-``.
        formats: which files, of ``FORMATS``; none: all there are, or where ``out`` is ``-``, the JSON.
        open_it: whether the HTML is opened in the browser.
        pictures: whether the pictures come too, each in a file of its own.

    Raises:
        BugHiveError: there is no report, or it cannot be fetched.
    """
    if open_it and (out == STDOUT or (formats and "html" not in formats)):
        raise NoReport("--open needs a file to open: name a directory with --out, and html where there is a --format")
    if out == STDOUT and (len(formats) > 1 or pictures):
        raise NoReport("--out - prints one file: name one --format and no --pictures, or a directory with --out")
    cluster = UserCluster()
    namespace = namespace or cluster.namespace
    session = _resource(cluster, "crawlsessions", namespace, name)
    if session is None:
        raise NoReport(
            f"There is no CrawlSession {name} in the namespace {namespace}. Look for it: kubectl get crawlsessions -A"
        )
    report = _report_of(session, _resource(cluster, "crawlreports", namespace, name))

    def read(file: str) -> bytes:
        return _read(cluster, report, ReportFile(namespace, session["metadata"]["uid"], file))

    names = _names(report, out, formats)
    if report["report"].get("partial"):
        sys.stderr.write("The report is partial: the session was stopped before it had seen every page.\n")
    if out == STDOUT:
        sys.stdout.buffer.write(read(names[0]))
        return 0
    folder = Path(out)
    for file in names:
        _write(folder, file, read(file))
    if pictures:
        document = (folder / "report.json").read_bytes() if "report.json" in names else read("report.json")
        fetch_pictures(document, folder, read, partial(_write, folder))
    if open_it:
        webbrowser.open((folder / "report.html").absolute().as_uri())
    return 0


def _resource(cluster: UserCluster, plural: str, namespace: str, name: str) -> dict[str, Any] | None:
    answer = cluster.get(f"/apis/{GROUP}/{VERSION}/namespaces/{quote(namespace, '')}/{plural}/{quote(name, '')}")
    match answer.status:
        case HTTPStatus.OK:
            found: dict[str, Any] = json.loads(answer.content)
            return found
        case HTTPStatus.NOT_FOUND if _knows_kind(answer):
            return None
        case HTTPStatus.NOT_FOUND:
            raise NoReport("This cluster has no BugHive: its CustomResourceDefinitions are not installed.")
        case HTTPStatus.FORBIDDEN | HTTPStatus.UNAUTHORIZED:
            raise NoReport(
                f"You may not get {plural} in the namespace {namespace}. Ask for a Role there with: "
                f'apiGroups: ["{GROUP}"], resources: ["crawlsessions", "crawlreports"], verbs: ["get"]'
            )
        case _:
            raise NoReport(f"The API server refused: {answer.status} {answer.text[:300]}")


def _knows_kind(answer: Answer) -> bool:
    """Is the object missing, and not its kind? The API server answers the latter in plain text."""
    return answer.is_status and b'"name":' in answer.content


def _report_of(session: dict[str, Any], report: dict[str, Any] | None) -> dict[str, Any]:
    name, status = session["metadata"]["name"], session.get("status", {})
    if report is not None:
        owners = {owner["uid"] for owner in report["metadata"].get("ownerReferences", [])}
        if session["metadata"]["uid"] in owners:
            return report
    phase = status.get("phase") or "Pending"
    if phase in _OVER:
        raise NoReport(f"{name} is {phase} and has no report: {status.get('message') or 'it crawled nothing'}")
    pages = status.get("progress", {}).get("pages")
    raise NoReport(
        f"{name} is not finished: it is {phase}{f', {pages} pages' if pages else ''}. "
        f"Wait for it: kubectl wait crawlsession/{name} --for=condition=Finished --timeout=1h"
    )


def _names(report: dict[str, Any], out: str, formats: Sequence[str]) -> list[str]:
    """The files to fetch: of what older versions of BugHive wrote, what there is."""
    there = {artifact["name"] for artifact in report["report"].get("artifacts", [])}
    if not formats and out != STDOUT:
        return [name for name in CONTENT_TYPES if name in there]
    wanted = [FORMATS[each] for each in formats or ("json",)]
    if lacking := [name for name in wanted if name not in there]:
        raise NoReport(
            f"This report has no {', '.join(lacking)}: an older version of BugHive wrote it. To have one, crawl again."
        )
    return wanted


def _read(cluster: UserCluster, report: dict[str, Any], file: ReportFile) -> bytes:
    # All of a report's files are in one folder; of its pictures the CrawlReport tells nothing.
    first = next(iter(report["report"].get("artifacts", [])), None)
    url = first["url"].removesuffix(first["name"]) + file.name if first else ""
    if urlsplit(url).scheme == "file":
        place = parse_artifact_url(url)
        if isinstance(place, Directory) and place.path.is_file():
            return place.path.read_bytes()
    service = report["metadata"].get("annotations", {}).get(REPORTS_SERVICE_ANNOTATION)
    if not service:
        raise NoReport(
            f"{file.name} is at {url or 'no known place'}, and the operator serves no reports. "
            "Whoever runs BugHive can set REPORTS_ENDPOINT and REPORTS_SERVICE for the operator; "
            "what ends from then on can be fetched."
        )
    return ReportService.parse(service).read(cluster, file)


def _write(folder: Path, name: str, data: bytes) -> None:
    file = folder / name
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise NoReport(f"--out {folder} cannot be written ({error.strerror}); name another directory") from error
    sys.stdout.write(f"{file}\n")

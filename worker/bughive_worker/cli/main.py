"""The command line of ``bughive``."""

import argparse
import asyncio
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from bughive_crds.crawl_session import Outcome
from bughive_crds.model import Severity
from bughive_protocol.artifact_names import FORMATS
from bughive_protocol.errors import BugHiveError
from bughive_worker.cli.dead_letters_arguments import add_dead_letters

PASSED, BUGS_FOUND, COULD_NOT_CRAWL = 0, 1, 2
"""The exit codes of ``bughive crawl``."""


def main() -> NoReturn:
    """The console entry point."""
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except BugHiveError as error:
        sys.stderr.write(f"bughive: {error}\n")
        sys.exit(COULD_NOT_CRAWL)
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bughive", description="Find bugs in web sites.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('bughive')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    crawl = commands.add_parser(
        "crawl",
        help="crawl a site from this process",
        description="Crawl a site and report its bugs. Exit code: 0 passed, 1 bugs found, 2 could not crawl.",
    )
    crawl.add_argument("url", nargs="?", metavar="URL", help="the page to start from; may be in the config instead")
    crawl.add_argument("--config", type=Path, metavar="FILE", help="a CrawlSession, or its spec alone, as YAML or JSON")
    crawl.add_argument(
        "--out", type=Path, default=Path("bughive-report"), metavar="DIR", help="where reports go (%(default)s)"
    )
    crawl.add_argument("--fail-on", type=_severity, metavar="SEVERITY", help="critical, high, medium or low")
    crawl.add_argument("--max-pages", type=int, metavar="N", help="instead of the config's scope.maxPages")
    crawl.set_defaults(run=_crawl)
    cleanup = commands.add_parser(
        "cleanup",
        help="remove what is left of old sessions",
        description="Remove old sessions from Redis, old reports from the artifact store. Reads a worker's settings.",
    )
    cleanup.add_argument("--max-age-hours", type=float, default=24, metavar="N", help="since they ended (%(default)s)")
    cleanup.add_argument("--dry-run", action="store_true", help="only say what would go")
    cleanup.set_defaults(run=_cleanup)
    report = commands.add_parser(
        "report",
        help="fetch the report of a CrawlSession from a cluster",
        description="Fetch the report of a CrawlSession, with kubectl's kubeconfig and rights.",
    )
    report.add_argument("name", metavar="NAME", help="the CrawlSession")
    report.add_argument("-n", "--namespace", help="its namespace, instead of the kubeconfig's")
    report.add_argument(
        "--out", default="bughive-report", metavar="DIR", help="where the files go (%(default)s); - prints one file"
    )
    report.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        help="only this file, may be given several times: %(choices)s; by default all, or where one is printed, json",
    )
    report.add_argument("--pictures", action="store_true", help="the pictures too, in files of their own")
    report.add_argument("--open", action="store_true", help="open report.html in the browser")
    report.set_defaults(run=_report)
    add_dead_letters(commands)
    detectors = commands.add_parser("detectors", help="list every detector")
    detectors.set_defaults(run=_detectors)
    return parser


def _severity(word: str) -> Severity:
    try:
        return Severity(word.capitalize())
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is no severity; write critical, high, medium or low") from None


def _crawl(arguments: argparse.Namespace) -> int:
    # Put off: the browser's and LangGraph's imports take seconds, and --help has to be quick.
    from bughive_protocol.artifact_store import ArtifactStore
    from bughive_worker.cli.local_crawl import crawl_here
    from bughive_worker.cli.spec_file import load_spec

    if not arguments.url and not arguments.config:
        sys.stderr.write("bughive crawl: give a URL, or --config with one\n")
        return COULD_NOT_CRAWL
    spec = load_spec(arguments.config, arguments.url, arguments.fail_on, arguments.max_pages)
    try:
        store = ArtifactStore.at(arguments.out)
    except OSError as error:
        sys.stderr.write(f"bughive crawl: --out {arguments.out} cannot be written ({error}); name another directory\n")
        return COULD_NOT_CRAWL
    outcome = asyncio.run(crawl_here(spec, store))
    return PASSED if outcome is Outcome.PASSED else BUGS_FOUND


def _cleanup(arguments: argparse.Namespace) -> int:
    from bughive_worker.cli.cleanup import clean_up

    return clean_up(arguments.max_age_hours, dry_run=arguments.dry_run)


def _report(arguments: argparse.Namespace) -> int:
    from bughive_worker.cli.report import fetch

    which = (arguments.name, arguments.namespace, arguments.out, arguments.format or ())
    return fetch(*which, open_it=arguments.open, pictures=arguments.pictures)


def _detectors(_: argparse.Namespace) -> int:
    from bughive_worker.detectors.registry import ORACLES

    for detector in ORACLES:
        sys.stdout.write(f"{detector.name:<28} {detector.description}\n")
    return PASSED

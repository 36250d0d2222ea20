"""How long recovery took, of each fault: one table at the end of the run, and a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from bughive_crds.crawl_session import CrawlSessionStatus
from bughive_dev.checkout import ROOT

FILE = ROOT / "build/faults/recovery.json"


@dataclass(frozen=True)
class Entry:
    fault: str
    lasted: float
    """Seconds; 0: it was over at once."""
    recovered: float
    """Seconds from the fault's end (from its beginning, where ``lasted`` is 0) until work went on."""
    ended: str


class Recovery:
    """The table."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def note(self, fault: str, recovered: float, status: CrawlSessionStatus | None = None, lasted: float = 0) -> None:
        ended = ""
        if status is not None:
            ended = f"{status.phase}, attempt {status.attempt}, failures {status.failures}"
        self.entries.append(Entry(fault, round(lasted, 1), round(recovered, 1), ended))

    def write(self, path: Path = FILE) -> None:
        """Add them to the file, which may have those of another half of the run; from then on the table has both."""
        path.parent.mkdir(parents=True, exist_ok=True)
        others = [Entry(**entry) for entry in json.loads(path.read_text())] if path.exists() else []
        ours = {(entry.fault, entry.lasted) for entry in self.entries}
        self.entries = [*(other for other in others if (other.fault, other.lasted) not in ours), *self.entries]
        path.write_text(json.dumps([asdict(entry) for entry in self.entries], indent=1) + "\n")

    def show(self, terminal: pytest.TerminalReporter) -> None:
        width = max(len(entry.fault) for entry in self.entries)
        terminal.section("recovery")
        terminal.write_line(f"{'fault':{width}}  lasted  recovered  the session")
        for entry in self.entries:
            lasted = f"{entry.lasted:.0f} s" if entry.lasted else "-"
            terminal.write_line(f"{entry.fault:{width}}  {lasted:>6}  {entry.recovered:7.1f} s  {entry.ended}")

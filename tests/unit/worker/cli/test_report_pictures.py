"""``bughive report --pictures``: thousands of files, of which some may be gone."""

import json

import pytest

from bughive_protocol.artifact_names import picture_name
from bughive_worker.cli.report_pictures import fetch_pictures
from bughive_worker.cli.report_service import ReportRefused, ReportServiceAway

PICTURES = {picture_name(content): content for content in (b"one", b"two", b"three")}
REPORT = json.dumps({"findings": [], "crawled": [{"picture": {"name": name}} for name in PICTURES]}).encode()
IN_ORDER = sorted(PICTURES)


class Service:
    """Serves pictures into a folder, and knows what was asked of it."""

    def __init__(self, folder, **broken):
        self.folder, self.broken = folder, broken
        self.asked = []

    def fetch(self):
        fetch_pictures(REPORT, self.folder, self._read, self._write)

    def there(self):
        return {f"pictures/{file.name}": file.read_bytes() for file in self.folder.glob("pictures/*")}

    def _read(self, name):
        self.asked.append(name)
        if name in self.broken:
            raise self.broken[name]
        return PICTURES[name]

    def _write(self, name, data):
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(data)


def test_a_picture_that_is_gone_is_counted_and_the_others_arrive(tmp_path, capsys):
    gone = ReportRefused(f"{IN_ORDER[0]} is no longer in the artifact store")
    service = Service(tmp_path, **{IN_ORDER[0]: gone})
    service.fetch()
    assert service.there() == {name: PICTURES[name] for name in IN_ORDER[1:]}
    assert capsys.readouterr().err == f"1 of 3 pictures cannot be had; of the last one: {gone}\n"


def test_what_came_before_the_operator_went_away_is_there_and_is_not_fetched_again(tmp_path, capsys):
    with pytest.raises(ReportServiceAway):
        Service(tmp_path, **{IN_ORDER[1]: ReportServiceAway("503")}).fetch()
    again = Service(tmp_path)
    assert again.there() == {IN_ORDER[0]: PICTURES[IN_ORDER[0]]}
    again.fetch()
    assert (again.asked, again.there()) == (IN_ORDER[1:], PICTURES)
    assert capsys.readouterr().err == ""


def test_half_a_picture_is_fetched_again(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / IN_ORDER[0]).write_bytes(b"o")
    service = Service(tmp_path)
    service.fetch()
    assert service.there() == PICTURES

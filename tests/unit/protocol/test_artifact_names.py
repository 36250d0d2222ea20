"""Which files of the artifact store may be asked for, and which never."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_protocol.artifact_names import CONTENT_TYPES, parse_report_key

UID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
HOSTILE = st.sampled_from(["..", ".", "", "/", "\\", "%2e%2e", "\0", "~", "shop", UID, "report.html", " ", "\n", "é"])


@pytest.mark.parametrize("name", sorted(CONTENT_TYPES))
def test_a_reports_files_are_found_by_namespace_and_session(name):
    file = parse_report_key(f"shop/{UID}/{name}")
    assert file is not None
    assert (file.namespace, file.session_id, file.name) == ("shop", UID, name)
    assert file.key == f"shop/{UID}/{name}"
    assert file.content_type == CONTENT_TYPES[name]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "report.html",
        f"{UID}/report.html",
        f"../{UID}/report.html",
        "shop/../report.html",
        f"shop/{UID}/../report.html",
        f"/shop/{UID}/report.html",
        f"shop/{UID}/report.html/",
        f"shop/{UID}/report.html\n",
        f"shop/{UID}/.bughive",
        f"shop//{UID}/report.html",
        f"SHOP/{UID}/report.html",
        f"shop/{UID}\n/report.html",
        "shop/-/report.html",
    ],
)
def test_what_is_no_reports_file_is_refused(key):
    assert parse_report_key(key) is None


@given(st.lists(HOSTILE | st.text(max_size=5), max_size=6).map("/".join) | st.text(max_size=80))
def test_no_key_leaves_its_store(key):
    file = parse_report_key(key)
    if file is not None:
        path = PurePosixPath("/store", file.key)
        assert file.key == key
        assert len(path.parts) == 5
        assert not {"..", "."} & set(path.parts)
        assert key.isascii()
        assert key.isprintable()

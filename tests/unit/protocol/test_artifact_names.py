"""Which files of the artifact store may be asked for, and which never."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_protocol.artifact_names import CONTENT_TYPES, FORMATS, KEPT, parse_report_key, picture_name

UID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
PICTURE = picture_name(b"content")
HOSTILE = st.sampled_from(
    ["..", ".", "", "/", "\\", "%2e%2e", "\0", "~", "shop", UID, "report.html", "pictures", PICTURE, " ", "\n", "é"]
)


@pytest.mark.parametrize("name", sorted(CONTENT_TYPES))
def test_a_reports_files_are_found_by_namespace_and_session(name):
    file = parse_report_key(f"shop/{UID}/{name}")
    assert file is not None
    assert (file.namespace, file.session_id, file.name) == ("shop", UID, name)
    assert file.key == f"shop/{UID}/{name}"
    assert file.content_type == CONTENT_TYPES[name]


def test_a_reports_pictures_are_found_by_the_digest_of_their_content():
    file = parse_report_key(f"shop/{UID}/{PICTURE}")
    assert file is not None
    assert (file.name, file.content_type) == (PICTURE, "image/webp")
    assert PICTURE == "pictures/ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73.webp"
    assert picture_name(b"other") != PICTURE


def test_what_says_that_a_report_is_kept_is_a_file_beside_it():
    file = parse_report_key(f"shop/{UID}/{KEPT}")
    assert file is not None
    assert (file.name, file.content_type) == (KEPT, "text/plain; charset=utf-8")


def test_every_format_is_a_file_that_is_written():
    assert sorted(FORMATS.values()) == sorted(CONTENT_TYPES)


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
        f"shop/{UID}/pictures/",
        f"shop/{UID}/pictures/../report.html",
        f"shop/{UID}/pictures/x.webp",
        f"shop/{UID}/{PICTURE}/",
        f"shop/{UID}/{PICTURE}\n",
        f"shop/{UID}/{PICTURE.upper()}",
        f"shop/{UID}/pictures/{PICTURE}",
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
        assert len(path.parts) == (6 if "/pictures/" in key else 5)
        assert not {"..", "."} & set(path.parts)
        assert key.isascii()
        assert key.isprintable()

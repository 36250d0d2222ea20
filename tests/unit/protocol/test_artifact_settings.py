"""Where reports are kept, as the settings say."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_url import Bucket, Directory, parse_artifact_url


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("s3://bughive", Bucket("bughive", "")),
        ("s3://bughive/", Bucket("bughive", "")),
        ("s3://bughive/team-a/shop.reports/", Bucket("bughive", "team-a/shop.reports")),
        ("file:///srv/my%20reports", Directory(Path("/srv/my reports"))),
    ],
)
def test_a_store_is_a_bucket_with_a_folder_or_a_directory(url, place):
    assert parse_artifact_url(url) == place


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/reports",
        "file://reports/x",
        "s3://",
        "s3:///folder",
        "s3://UPPER",
        "s3://a",
        "s3://key:secret@bucket",
        "s3://bucket/../other",
        "s3://bucket/a?b=c",
        "https://bucket.s3.amazonaws.com",
    ],
)
def test_what_names_no_store_is_refused_with_what_to_write(url):
    with pytest.raises(ValueError, match=r"must be s3://BUCKET .* or file:// and an absolute directory"):
        parse_artifact_url(url)


def test_the_environment_has_the_names_that_every_s3_client_knows(monkeypatch):
    monkeypatch.setenv("BUGHIVE_ARTIFACT_URL", "s3://reports/shop")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store:7070")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "access-of-bughive")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-bughive")
    monkeypatch.setenv("BUGHIVE_ARTIFACT_PATH_STYLE", "false")
    monkeypatch.setenv("REPORTS_URL", "https://bughive.example.com/reports")
    settings = ArtifactSettings()
    assert settings.artifact_url == "s3://reports/shop"
    assert settings.aws_endpoint_url == "http://store:7070"
    assert settings.aws_region == "eu-central-1"
    assert settings.aws_access_key_id.get_secret_value() == "access-of-bughive"
    assert settings.aws_secret_access_key.get_secret_value() == "secret-of-bughive"
    assert not settings.artifact_path_style
    assert settings.reports_url == "https://bughive.example.com/reports"
    assert "of-bughive" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ENDPOINT_URL", "store:7070"),
        ("AWS_ENDPOINT_URL", "http://key:secret@store"),
        ("REPORTS_URL", "bughive.example.com"),
        ("BUGHIVE_ARTIFACT_URL", "gs://bucket"),
    ],
)
def test_a_wrong_address_is_refused_by_its_name(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError, match=variable.lower()):
        ArtifactSettings()

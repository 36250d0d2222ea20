"""Where reports are kept: settings that operator and workers share."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bughive_protocol.artifact_url import parse_artifact_url

WebAddress = Annotated[str, Field(pattern=r"^(https?://[^\s/@?#]+(/[^\s?#]*)?)?$")]


class ArtifactSettings(BaseSettings):
    """The artifact store, and how to get in. The AWS variables have the names that every S3 client knows."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True, populate_by_name=True)

    artifact_url: Annotated[str, Field(alias="bughive_artifact_url")] = "file:///var/lib/bughive/artifacts"
    """Where reports are kept: `s3://BUCKET` or `s3://BUCKET/FOLDER`, or `file://` and an absolute directory that all
    workers (and the operator, where it serves reports) share. One installation, one bucket or folder."""
    artifact_path_style: Annotated[bool, Field(alias="bughive_artifact_path_style")] = True
    """Whether the bucket's name goes into the path (`https://store/bucket`), which nearly every store understands, or
    into the host (`https://bucket.store`)."""
    aws_endpoint_url: WebAddress = ""
    """The S3 store's address, such as `http://bughive-artifacts:7070`. Empty: Amazon S3 itself."""
    aws_region: str = "us-east-1"
    """The S3 store's region."""
    aws_access_key_id: SecretStr = SecretStr("")
    """The S3 store's access key. Empty: what the cloud gives to the pod, such as by a role of its service account."""
    aws_secret_access_key: SecretStr = SecretStr("")
    """The secret of that access key."""
    reports_url: WebAddress = ""
    """Where people's browsers reach the operator's reports (REPORTS_ENDPOINT), such as
    `https://bughive.example.com/reports`: `status.reportURL` is then below it. Empty: it says where in the store."""

    artifact_link_hours: Annotated[float, Field(alias="bughive_artifact_link_hours", ge=0, le=168)] = 0
    """For how many hours links to bugs' pictures in an S3 store are open to whoever has them: they are signed, for a
    week at most. 0, or with REPORTS_URL: they are not, and say where the picture is, as those of pages always do."""

    @field_validator("artifact_url")
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        parse_artifact_url(url)
        return url

    @field_validator("aws_region")
    @classmethod
    def _is_a_region(cls, region: str) -> str:
        return region or "us-east-1"

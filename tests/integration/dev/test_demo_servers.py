"""The servers that `make demo INTEGRATIONS=1` starts in the place of the world's."""

import asyncio
from collections.abc import Iterator

import pytest
from fixtures.parts import missing

from bughive_dev.artifacts import artifact_store_of, copy_report
from bughive_dev.errors import SetupError
from bughive_dev.integrations.integration import Arrival
from bughive_dev.integrations.linear import Linear
from bughive_dev.integrations.s3 import S3
from bughive_dev.integrations.webhook import Webhook
from bughive_dev.supervision import Supervision
from bughive_dev.versitygw import is_built
from bughive_protocol.artifact_names import CONTENT_TYPES, PICTURE_TYPE, picture_name


@pytest.fixture
def supervision(tmp_path) -> Iterator[Supervision]:
    with Supervision(tmp_path / "demo") as supervision:
        yield supervision


@pytest.mark.parametrize(
    ("make", "summary"),
    [
        (Webhook, "0 messages, every signature valid"),
        (Linear, "0 tickets, 0 of them with a picture"),
    ],
)
def test_a_server_starts_and_has_got_nothing(supervision, make, summary) -> None:
    server = make()
    server.start(supervision)
    assert server.arrived() == Arrival(summary)


def test_the_s3_store_tells_what_it_keeps_and_gives_the_report_back(supervision, tmp_path) -> None:
    if not is_built():
        missing("the artifact store is not built: run `make artifact-store` (a minute, once)")
    server = S3()
    environment = server.start(supervision)

    async def keep(names: list[str]) -> None:
        store = artifact_store_of(environment)
        for name in names:
            await store.put(f"default/1/{name}", name.encode(), CONTENT_TYPES.get(name, PICTURE_TYPE))

    with pytest.raises(SetupError, match=r"no default/1/report\.html"):
        copy_report(environment, "default", "1", tmp_path)
    asyncio.run(keep([*CONTENT_TYPES, picture_name(b"1"), picture_name(b"2")]))
    assert server.arrived() == Arrival(
        "2 pictures, and the report in 4 formats", ("report.html, report.json, report.junit.xml, report.sarif",)
    )
    copy_report(environment, "default", "1", tmp_path / "build")
    assert {file.name: file.read_text() for file in (tmp_path / "build").iterdir()} == {
        name: name for name in CONTENT_TYPES
    }

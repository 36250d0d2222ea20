"""The artifact store on a real S3 server and on a directory."""

import asyncio
import json
import re
import threading
import time

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from bughive_protocol.artifact_names import ReportFile, picture_name, report_folder
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore, StoredFile
from bughive_protocol.errors import ArtifactStoreUnavailable

UID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
FILE = ReportFile("shop", UID, "report.html")
HTML = "text/html; charset=utf-8"


async def text_of(stored: StoredFile | None) -> bytes:
    assert stored is not None
    return b"".join([chunk async for chunk in stored.chunks()])


@pytest.fixture(params=["bucket", "directory"])
def store(request, tmp_path):
    if request.param == "directory":
        return ArtifactStore.at(tmp_path / "reports")
    return request.getfixturevalue("artifact_server").store()


async def test_what_is_put_is_read_listed_replaced_and_deleted(store):
    await store.check()
    assert await store.open(FILE) is None
    assert await store.files() == []
    await store.put(FILE.key, b"old", HTML)
    before = await store.open(FILE)
    body = b"<html>" + b"x" * 6_000_000
    await store.put(FILE.key, body, HTML)
    after = await store.open(FILE)
    assert before is not None
    assert after is not None
    assert (after.size, await text_of(after)) == (len(body), body)
    assert after.etag
    assert after.etag != before.etag
    assert '"' not in after.etag
    assert [file for file, _ in await store.files()] == [FILE]
    assert await store.get(FILE.key) == body
    await store.delete([FILE.key])
    await store.delete([FILE.key])
    assert await store.open(FILE) is None
    assert await store.get(FILE.key) is None
    assert await store.files() == []


async def test_of_one_report_all_files_are_listed_and_deleted_and_of_its_neighbour_none(store):
    await store.check()
    names = ["report.html", *(picture_name(b"%d" % number) for number in range(60))]
    ours, theirs = ([ReportFile("shop", uid, name) for name in names] for uid in (UID, f"{UID}0"))
    await asyncio.gather(*(store.put(file.key, b"x", "") for file in (*ours, *theirs)))
    assert {file async for file, _ in store.each_file()} == {*ours, *theirs}
    found = [file for file, _ in await store.files(report_folder("shop", UID))]
    assert (len(found), set(found)) == (len(ours), set(ours))
    await store.delete([])
    await store.delete(tuple(file.key for file in found[::5]))
    await store.delete([file.key for file in found])
    assert {file for file, _ in await store.files()} == set(theirs), "and what was gone already did no harm"
    assert await store.files(report_folder("shop", UID)) == []


async def test_thousands_of_files_are_deleted_in_a_few_requests():
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(re.findall("<Key>.*?</Key>", await request.text()))
        done = "".join(f"<Deleted>{key}</Deleted>" for key in asked[-1])
        return web.Response(text=f"<DeleteResult>{done}</DeleteResult>", content_type="application/xml")

    app = web.Application()
    app.router.add_post("/bughive", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = ArtifactSettings.model_construct(
        artifact_url="s3://bughive",
        aws_endpoint_url=f"http://127.0.0.1:{runner.addresses[0][1]}",
        aws_access_key_id=SecretStr("key"),
        aws_secret_access_key=SecretStr("secret"),
    )
    keys = [f"shop/{UID}/{number}" for number in range(2500)]
    try:
        await ArtifactStore(settings).delete(keys)
    finally:
        await runner.cleanup()
    assert len(asked) == 3
    assert sorted(key for some in asked for key in some) == sorted(f"<Key>{key}</Key>" for key in keys)


HISTORY = "_history/shop/a.example.json"


def one_more(stored: bytes | None) -> bytes:
    return json.dumps(json.loads(stored or b"0") + 1).encode()


async def test_nothing_is_lost_where_many_change_one_file(store, async_client, keys):
    await store.check()

    async def change() -> None:
        async with async_client.lock(keys.history_lock("shop", "a.example"), timeout=60):
            await store.update(HISTORY, one_more)

    await asyncio.gather(*(change() for _ in range(8)))
    seen: list[bytes | None] = []
    await store.update(HISTORY, lambda stored: seen.append(stored) or b"0")
    assert seen == [b"8"]
    assert await store.files() == [], "a site's history is no session's report"
    assert [key for key, _ in await store.histories()] == [HISTORY]


async def test_a_change_begins_anew_where_somebody_wrote_the_file_in_between(artifact_server):
    store, seen = artifact_server.store(), []
    await store.check()

    def change(stored: bytes | None) -> bytes:
        seen.append(stored)
        if len(seen) < 3:  # first where there was no file, then where it was another
            other = threading.Thread(
                target=asyncio.run, args=(artifact_server.store().put(HISTORY, b"%d" % len(seen), ""),)
            )
            other.start()
            other.join()
        return b"ours"

    await store.update(HISTORY, change)
    assert seen == [None, b"1", b"2"]


async def test_a_url_says_where_a_file_is_or_where_people_reach_it(artifact_server):
    assert await artifact_server.store().put(FILE.key, b"", HTML) == f"s3://bughive/reports/{FILE.key}"
    public = artifact_server.store(reports_url="https://bughive.example.com/reports/")
    assert await public.put(FILE.key, b"", HTML) == f"https://bughive.example.com/reports/{FILE.key}"


async def test_a_signed_link_opens_its_file_without_a_key_and_no_other(artifact_server):
    store = artifact_server.store(artifact_link_hours=1)
    await store.put(FILE.key, b"shown", HTML)
    link = await store.link(FILE.key)
    assert link.startswith(f"{artifact_server.endpoint}/bughive/reports/{FILE.key}?")
    assert "X-Amz-Expires=3600" in link
    assert artifact_server.settings().aws_secret_access_key.get_secret_value() not in link
    async with aiohttp.ClientSession() as client:
        async with client.get(link) as answer:
            assert (answer.status, await answer.read()) == (200, b"shown")
        for other in (link.partition("?")[0], link.replace("report.html", "report.json")):
            async with client.get(other) as refused:
                assert refused.status == 403


async def test_without_the_setting_or_with_a_public_address_links_are_not_signed(artifact_server, tmp_path):
    assert await artifact_server.store().link(FILE.key) == f"s3://bughive/reports/{FILE.key}"
    public = artifact_server.store(reports_url="https://bughive.example.com/reports", artifact_link_hours=1)
    assert await public.link(FILE.key) == f"https://bughive.example.com/reports/{FILE.key}"
    directory = ArtifactStore.at(tmp_path)
    assert await directory.link(FILE.key) == await directory.put(FILE.key, b"", HTML)


async def test_a_bucket_that_is_missing_is_made_once_by_whoever_comes_first(artifact_server):
    stores = [artifact_server.store() for _ in range(4)]
    await asyncio.gather(*(store.check() for store in stores))
    await asyncio.gather(*(store.put(FILE.key, b"x", HTML) for store in stores))
    assert await text_of(await stores[0].open(FILE)) == b"x"


async def test_reading_makes_no_bucket(artifact_server):
    store = artifact_server.store()
    assert await store.open(FILE) is None
    assert await store.files() == []
    assert [path.name for path in (artifact_server.files / "objects").iterdir() if path.name[0] != "."] == []


async def test_installations_in_one_bucket_do_not_see_each_other(artifact_server):
    ours, theirs = artifact_server.store(), artifact_server.store(artifact_url="s3://bughive/others")
    await ours.put(FILE.key, b"ours", HTML)
    assert await theirs.open(FILE) is None
    assert await theirs.files() == []


@pytest.mark.parametrize("wrong", ["aws_access_key_id", "aws_secret_access_key"])
async def test_wrong_credentials_are_told_by_their_settings_and_not_shown(artifact_server, wrong):
    await artifact_server.store().check()
    store = artifact_server.store(**{wrong: SecretStr("wrong-hush")})
    for call in (store.check(), store.open(FILE), store.files(), store.delete([FILE.key])):
        with pytest.raises(ArtifactStoreUnavailable, match=r"^AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: ") as told:
            await call
        assert "hush" not in str(told.value)


async def test_a_bucket_that_may_not_be_made_says_what_to_do(artifact_server):
    store = artifact_server.store(artifact_url="s3://bughive", aws_secret_access_key=SecretStr("wrong"))
    with pytest.raises(ArtifactStoreUnavailable, match="AWS_SECRET_ACCESS_KEY"):
        await store.check()


async def test_a_store_that_is_away_is_waited_for_and_the_loop_goes_on(artifact_server):
    store = artifact_server.store(patience=30)
    await store.check()
    artifact_server.kill()
    put = asyncio.create_task(store.put(FILE.key, b"kept", HTML))
    back = asyncio.create_task(asyncio.to_thread(artifact_server.start))
    longest = 0.0
    while not put.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    await back
    await put
    assert longest < 1
    assert await text_of(await store.open(FILE)) == b"kept"


async def test_a_store_that_stays_away_is_told_by_its_setting(artifact_server):
    artifact_server.kill()
    with pytest.raises(ArtifactStoreUnavailable, match=r"AWS_ENDPOINT_URL: http://127.* cannot be reached"):
        await artifact_server.store(patience=0.5).check()


async def test_types_reach_the_bucket(artifact_server):
    store = artifact_server.store()
    await store.put(FILE.key, b"<html>", HTML)
    found = list((artifact_server.files / "metadata").rglob("content-type"))
    assert [path.read_text() for path in found] == [HTML]


async def test_a_deleted_file_leaves_nothing_in_the_volume(artifact_server):
    store = artifact_server.store()
    await store.put(FILE.key, b"<html>", HTML)
    await store.delete([FILE.key])
    left = [path for path in artifact_server.files.rglob("*") if UID in str(path)]
    assert left == []


def test_a_directory_that_is_missing_is_not_made_by_a_reader(tmp_path):
    settings = ArtifactSettings.model_construct(artifact_url=(tmp_path / "none").as_uri())
    with pytest.raises(ArtifactStoreUnavailable, match=r"no directory .*/none here\. Mount the volume here too"):
        ArtifactStore(settings)
    assert not (tmp_path / "none").exists()


def test_a_directory_that_cannot_be_made_is_told_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("in its place")
    settings = ArtifactSettings.model_construct(artifact_url=(tmp_path / "file" / "reports").as_uri())
    with pytest.raises(ArtifactStoreUnavailable, match=r"cannot be made: Not a directory\. Mount a volume there"):
        ArtifactStore(settings, make=True)

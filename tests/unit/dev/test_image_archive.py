"""An image that was written without a builder is one that container runtimes can load."""

import hashlib
import io
import json
import tarfile

from bughive_dev.image_archive import write_archive


def test_an_archive_holds_what_a_runtime_looks_for_and_is_the_same_each_time(tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF")
    archives = [tmp_path / "a.tar", tmp_path / "b.tar"]
    for archive in archives:
        write_archive(archive, "localhost/x:1", {"/program": program}, ["/program"], "10001:10001", {"title": "X"})
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with tarfile.open(archives[0]) as image:
        parts = {member.name: image.extractfile(member).read() for member in image}
    (entry,) = json.loads(parts["manifest.json"])
    config = json.loads(parts[entry["Config"]])
    (layer,) = entry["Layers"]
    assert entry["RepoTags"] == ["localhost/x:1"]
    assert entry["Config"] == hashlib.sha256(parts[entry["Config"]]).hexdigest() + ".json"
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(parts[layer]).hexdigest()]
    assert config["config"]["User"] == "10001:10001"
    assert config["config"]["Entrypoint"] == ["/program"]
    with tarfile.open(fileobj=io.BytesIO(parts[layer])) as files:
        (member,) = files.getmembers()
    assert (member.name, member.mode, member.uid, member.size) == ("program", 0o755, 0, 4)

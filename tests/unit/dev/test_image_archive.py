import hashlib
import json
import tarfile
from pathlib import Path

from bughive_dev.image_archive import Image, write_archive
from bughive_dev.redis_image import libraries

LDD = """	linux-vdso.so.1 (0x00007ffc)
	libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f5e)
	libnothere.so.1 => not found
	/lib64/ld-linux-x86-64.so.2 (0x00007f5f)
"""


def image(tmp_path: Path) -> Image:
    program = tmp_path / "program"
    program.write_bytes(b"ELF")
    return Image(
        "localhost/one:1", {"/usr/bin/one": program}, ("/usr/bin/one",), directories=("/data",), user="999:999"
    )


def test_an_archive_is_what_docker_load_takes(tmp_path):
    target = tmp_path / "one.tar"
    write_archive(target, image(tmp_path))

    with tarfile.open(target) as archive:
        (manifest,) = json.load(archive.extractfile("manifest.json"))
        config = json.load(archive.extractfile(manifest["Config"]))
        layer = archive.extractfile(manifest["Layers"][0]).read()
        with tarfile.open(fileobj=archive.extractfile("layer.tar")) as files:
            modes = {entry.name: (entry.mode, entry.uid) for entry in files}

    assert manifest["RepoTags"] == ["localhost/one:1"]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    assert config["config"]["User"] == "999:999"
    assert modes == {"usr/bin/one": (0o755, 0), "data": (0o1777, 0)}


def test_the_same_files_make_the_same_archive(tmp_path):
    one, other = tmp_path / "1.tar", tmp_path / "2.tar"
    write_archive(one, image(tmp_path))
    write_archive(other, image(tmp_path))

    assert one.read_bytes() == other.read_bytes()


def test_the_libraries_and_the_loader_are_read_from_ldd():
    assert libraries(LDD) == [Path("/lib/x86_64-linux-gnu/libssl.so.3"), Path("/lib64/ld-linux-x86-64.so.2")]

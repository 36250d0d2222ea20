"""Which pictures' links open without a login, where links are signed."""

from io import BytesIO

from PIL import Image

from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.picture import Capture, page_subject
from bughive_worker.report.pictures import keep_all

BUG, PAGE = "3f9c0a77d1e2b854", page_subject("https://shop.example/")


def a_capture(shade: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), (shade, shade, shade)).save(file, "JPEG")
    return Capture(file.getvalue()).pack()


async def test_links_to_bugs_are_signed_and_those_to_thousands_of_pages_are_not(artifact_server):
    images = MemoryImages(MemorySession())
    for subject, shade in ((BUG, 9), (PAGE, 99)):
        await images.put(subject, a_capture(shade))
    kept = await keep_all(images, "shop/uid", artifact_server.store(artifact_link_hours=24))
    assert kept[BUG].url.startswith(f"{artifact_server.endpoint}/bughive/reports/shop/uid/{kept[BUG].name}?")
    assert kept[PAGE].url == f"s3://bughive/reports/shop/uid/{kept[PAGE].name}"

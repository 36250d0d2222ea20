"""The picture that is kept of a capture."""

from io import BytesIO

import pytest
from PIL import Image

from bughive_protocol.errors import PictureUnreadable
from bughive_protocol.finding import Box
from bughive_protocol.picture import Capture
from bughive_worker.report.annotate import MAX_BYTES, MAX_SIDE, annotate


def jpeg(width: int = 200, height: int = 100, **more: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "JPEG", quality=95, **more)
    return file.getvalue()


def box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def opened(capture: Capture) -> Image.Image:
    picture = annotate(capture)
    image = Image.open(BytesIO(picture.webp))
    assert image.format == "WEBP"
    assert image.size == (picture.width, picture.height)
    return image


def is_red(image: Image.Image, at: tuple[int, int]) -> bool:
    red, green, blue = image.convert("RGB").getpixel(at)
    return red > 150 and green < 120 and blue < 120


def test_the_place_gets_a_red_frame_and_stays_visible():
    image = opened(Capture(jpeg(), (box(50, 30, 60, 20),)))
    assert is_red(image, (47, 40))
    assert is_red(image, (80, 27))
    assert not is_red(image, (80, 40))
    assert not is_red(image, (57, 17)), "a lone place needs no number"


def test_several_places_are_numbered():
    image = opened(Capture(jpeg(), (box(20, 40, 40, 20), box(120, 40, 40, 20))))
    assert is_red(image, (18, 16))
    assert is_red(image, (118, 16))


@pytest.mark.parametrize("place", [(-50, -50, 400, 400), (190, 90, 500, 500), (500, 500, 10, 10), (-90, 5, 10, 10)])
def test_a_place_that_sticks_out_of_the_picture_is_cut(place):
    assert opened(Capture(jpeg(), (box(*place), box(1, 1, 5, 5)))).size == (200, 100)


def test_a_picture_that_is_too_large_is_made_smaller():
    assert opened(Capture(jpeg(4000, 1000))).size == (MAX_SIDE, MAX_SIDE // 4)


def test_a_picture_weighs_no_more_than_it_may():
    noise = Image.effect_noise((1600, 1600), 200).convert("RGB")
    file = BytesIO()
    noise.save(file, "JPEG", quality=95)
    picture = annotate(Capture(file.getvalue()))
    assert len(picture.webp) <= MAX_BYTES
    assert picture.width < 1600


def test_nothing_but_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "taken on the laptop of Ada"
    given = jpeg(exif=exif, comment=b"secret comment", icc_profile=b"secret profile")
    assert b"Ada" in given
    image = opened(Capture(given))
    assert not image.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
    webp = annotate(Capture(given)).webp
    assert b"Ada" not in webp
    assert b"secret" not in webp


def test_the_same_capture_makes_the_same_picture():
    capture = Capture(jpeg(), (box(50, 30, 60, 20), box(1, 1, 5, 5)))
    assert annotate(capture) == annotate(Capture.unpack(capture.pack()))


@pytest.mark.parametrize("broken", [b"", b"no picture", jpeg()[:300], b"GIF89a" + bytes(100)])
def test_what_is_no_picture_is_refused(broken):
    with pytest.raises(PictureUnreadable):
        annotate(Capture(broken))


@pytest.mark.parametrize("packed", [b"", b"\xff\xd8\n", b"{}\njpeg", b'{"places": 1}\njpeg'])
def test_what_was_packed_otherwise_is_refused(packed):
    with pytest.raises(PictureUnreadable):
        Capture.unpack(packed)


def test_a_bomb_is_refused_before_it_is_opened():
    with pytest.raises(PictureUnreadable, match="too large"):
        annotate(Capture(jpeg(8000, 8000)))

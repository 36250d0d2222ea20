from io import BytesIO

import pytest
from PIL import Image

from bughive_worker.browser.capture import outlined


def white(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "JPEG")
    return file.getvalue()


def is_red(picture: bytes, at: tuple[int, int]) -> bool:
    with Image.open(BytesIO(picture)) as image:
        red, green, blue = image.convert("RGB").getpixel(at)
    return red > 150 and green < 120 and blue < 120


def test_the_place_gets_a_red_frame_and_stays_visible():
    picture = outlined(white(200, 100), (50, 30, 60, 20))

    assert is_red(picture, (47, 40))
    assert is_red(picture, (80, 27))
    assert not is_red(picture, (80, 40))


@pytest.mark.parametrize("place", [(-50, -50, 400, 400), (190, 90, 500, 500), (500, 500, 10, 10), (-90, 5, 10, 10)])
def test_a_place_that_sticks_out_of_the_picture_is_cut(place):
    with Image.open(BytesIO(outlined(white(200, 100), place))) as image:
        assert image.size == (200, 100)

"""From a capture to the picture that is kept: the elements outlined and numbered, encoded small, nothing else in it."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bughive_protocol.errors import PictureUnreadable
from bughive_protocol.finding import Box
from bughive_protocol.picture import Capture

MAX_SIDE = 1600
"""Pixels; what is larger is made smaller."""
MAX_BYTES = 300 * 1024
"""What one picture may weigh."""
MAX_CAPTURE_PIXELS = 40_000_000
_NO_PICTURE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
"""What Pillow raises of what is no picture, half of one, or a trap."""
_QUALITIES = (75, 55, 35)
_RED = (214, 40, 40)
_WHITE = (255, 255, 255)
_STROKE = 3
_MARGIN = 4
_BADGE = 22
_FONT_SIZE = 15


@dataclass(frozen=True)
class Annotated:
    """A picture in WebP."""

    webp: bytes
    width: int
    height: int
    """In pixels."""


def annotate(capture: Capture) -> Annotated:
    """Outline the places of a capture, number them where there are several, and encode it. Takes some 50 ms.

    Raises:
        PictureUnreadable: the capture holds no picture.
    """
    canvas = _opened(capture.jpeg)
    for number, place in enumerate(capture.places, 1):
        _outline(canvas, place, str(number) if len(capture.places) > 1 else "")
    canvas.thumbnail((MAX_SIDE, MAX_SIDE))
    while True:
        for quality in _QUALITIES:
            webp = _encoded(canvas, quality)
            if len(webp) <= MAX_BYTES:
                return Annotated(webp, canvas.width, canvas.height)
        canvas.thumbnail((canvas.width // 2, canvas.height // 2))


def _opened(jpeg: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
            if image.width * image.height > MAX_CAPTURE_PIXELS:
                raise PictureUnreadable(f"a picture of {image.width} by {image.height} pixels is too large")
            pixels = image.convert("RGB")
    except _NO_PICTURE as error:
        raise PictureUnreadable(f"a capture holds no picture: {error}") from error
    # What a file says besides its pixels stays behind.
    pixels.info = {}
    return pixels


def _encoded(canvas: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    canvas.save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()


def _outline(canvas: Image.Image, place: Box, number: str) -> None:
    right, bottom = canvas.width - 1, canvas.height - 1
    left_edge = min(max(place.x - _MARGIN, 0), right)
    top_edge = min(max(place.y - _MARGIN, 0), bottom)
    right_edge = max(min(place.x + place.width + _MARGIN, right), 0)
    bottom_edge = max(min(place.y + place.height + _MARGIN, bottom), 0)
    if left_edge >= right_edge or top_edge >= bottom_edge:
        return
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((left_edge, top_edge, right_edge, bottom_edge), outline=_RED, width=_STROKE)
    if number:
        _badge(draw, min(left_edge, right - _BADGE), max(top_edge - _BADGE, 0), number)


def _badge(draw: ImageDraw.ImageDraw, left: float, top: float, number: str) -> None:
    draw.rectangle((left, top, left + _BADGE, top + _BADGE), fill=_RED)
    middle = (left + _BADGE / 2, top + _BADGE / 2)
    draw.text(middle, number, fill=_WHITE, font=ImageFont.load_default(_FONT_SIZE), anchor="mm")

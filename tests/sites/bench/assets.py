"""The style sheet, the script and the photographs that pages share."""

from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

PHOTO_SIZE = (320, 200)
HILLS = 5

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "site.css").read_bytes()
SCRIPT = (TEMPLATES / "site.js").read_bytes()


@cache
def photo(number: int) -> bytes:
    """A JPEG of hills under a sky, of about 5 KB."""
    random = Random(number)
    width, height = PHOTO_SIZE
    image = Image.new("RGB", PHOTO_SIZE, (200, 215 + random.randrange(30), 225 + random.randrange(30)))
    draw = ImageDraw.Draw(image)
    for hill in range(HILLS):
        top = 60 + hill * 26
        ridge = [(x, top + random.randrange(22)) for x in range(0, width + 40, 20)]
        shade = 150 - hill * 22
        draw.polygon(
            [(0, height), *ridge, (width, height)], fill=(shade - 30 + random.randrange(20), shade, shade - 50)
        )
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=80)
    return jpeg.getvalue()

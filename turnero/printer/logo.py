"""A logo: from the picture that somebody has to the one in a site's description, and to black dots.

Pictures come from anywhere, so a file is measured before it is opened, and nothing but its greys
is kept of it.
"""

import base64
from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image as Pillow
from PIL import ImageChops, ImageOps, UnidentifiedImageError

from turnero.printer.document import Image
from turnero.queue.site_paper import LOGO_HIGH, LOGO_WIDE, MOST_LOGO
from turnero.store.errors import Invalid

#: bytes of a picture that is taken as a logo
MOST_UPLOAD: Final = 4 * 1024 * 1024
#: its dots before it is made smaller: a photograph of a telephone
_MOST_DOTS: Final = 50_000_000
#: the description keeps so many shades of grey: dots on paper show no more
_SHADES: Final = 16
#: what is lighter is paper, when white margins are cut off
_WHITE: Final = 250
_SMALLEST: Final = 24


@lru_cache(maxsize=16)
def dithered(logo: str, dots: int) -> Image:
    """The logo in black dots for paper with so many across: a logo made for 80 mm becomes smaller
    on 58 mm. Raises `ValueError` or `OSError` for what is no picture.
    """
    with Pillow.open(BytesIO(base64.b64decode(logo, validate=True)), formats=["PNG"]) as opened:
        grey = _on_white(opened)
    wide = max(1, grey.width * min(dots, LOGO_WIDE) // LOGO_WIDE)
    if wide != grey.width:
        high = max(1, grey.height * wide // grey.width)
        grey = grey.resize((wide, high), Pillow.Resampling.LANCZOS)
    ink = ImageChops.invert(grey).convert("1")  # Floyd and Steinberg's way
    return Image(wide, ink.tobytes())


def logo_from(data: bytes) -> str:
    """A PNG or JPEG as the description keeps it: grey, without its white margins and whatever
    else was in the file, at most as wide as 80 mm paper and three centimetres high, in base64.

    Raises `Invalid`: "logo-large", "logo-unreadable" or "logo-empty".
    """
    if len(data) > MOST_UPLOAD:
        raise Invalid("logo-large", most=MOST_UPLOAD // 2**20)
    try:
        with Pillow.open(BytesIO(data), formats=["PNG", "JPEG"]) as opened:
            if opened.width * opened.height > _MOST_DOTS:
                raise Invalid("logo-large", most=MOST_UPLOAD // 2**20)
            opened.draft("L", (LOGO_WIDE * 2, LOGO_HIGH * 2))
            grey = _on_white(ImageOps.exif_transpose(opened))
    except Invalid:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Pillow.DecompressionBombError,
    ):
        raise Invalid("logo-unreadable") from None
    box = grey.point(lambda level: 255 if level < _WHITE else 0).getbbox()
    if box is None:
        raise Invalid("logo-empty")
    grey = grey.crop(box)
    grey.thumbnail((LOGO_WIDE, LOGO_HIGH), Pillow.Resampling.LANCZOS)
    while len(text := _kept(grey)) > MOST_LOGO and min(grey.size) > _SMALLEST:
        grey = grey.resize((grey.width * 4 // 5, grey.height * 4 // 5), Pillow.Resampling.LANCZOS)
    return text


def _kept(grey: Pillow.Image) -> str:
    """As text: a PNG of few shades, which is small."""
    step = 255 / (_SHADES - 1)
    few = grey.point(lambda level: round(round(level / step) * step))
    file = BytesIO()
    few.quantize(_SHADES).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _on_white(picture: Pillow.Image) -> Pillow.Image:
    """The picture in grey; what was transparent is paper."""
    full = picture.convert("RGBA")
    white = Pillow.new("RGBA", full.size, "white")
    return Pillow.alpha_composite(white, full).convert("L")

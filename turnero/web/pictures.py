"""Pictures that somebody uploads: looked at, made small, written anew without what else was in the file.

Pure; slow (tens of milliseconds), so call it in a thread. SVG is none: it can hold scripts.
"""

import hashlib
import io
import warnings
from typing import Final, NamedTuple

from turnero.store.errors import Invalid

#: of an upload: a photograph as telephones take it
MOST_BYTES: Final = 12 * 1024 * 1024
#: pixels of an upload; more is a bomb
MOST_PIXELS: Final = 60_000_000
#: what is kept at most: a board's whole panel
WIDE, HIGH = 1920, 1080
#: of what is kept
_KEPT_BYTES: Final = 600_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_QUALITIES: Final = (85, 70, 50, 30)
_LEAST: Final = 64


class Picture(NamedTuple):
    """A picture that may be shown."""

    #: SHA-256 of `data`, hexadecimal
    digest: str
    width: int
    height: int
    #: WebP without metadata
    data: bytes


def tidy(data: bytes) -> Picture:
    """The picture in an uploaded file. One that was made here before stays as it is, byte by byte.

    Raises `Invalid`: picture-large, picture-unreadable, picture-small.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - a start has no use for it

    if len(data) > MOST_BYTES:
        raise Invalid("picture-large", megabytes=MOST_BYTES // 1024 // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own bound is below
            image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise Invalid("picture-large", megabytes=MOST_BYTES // 1024 // 1024)
        if min(width, height) < _LEAST:
            raise Invalid("picture-small", least=_LEAST)
        image.load()
        if _ours(data) and width <= WIDE and height <= HIGH:
            return _kept(data, width, height)
        # as the camera was held; then the place, time and telephone are left behind
        image = ImageOps.exif_transpose(image)
        image = image.convert(
            "RGBA" if "transparency" in image.info or "A" in image.mode else "RGB"
        )
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as wrong:
        raise Invalid("picture-unreadable") from wrong
    except Image.DecompressionBombError as wrong:
        raise Invalid("picture-large", megabytes=MOST_BYTES // 1024 // 1024) from wrong
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    image.thumbnail((WIDE, HIGH), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=4, exif=b"", xmp=b"", icc_profile=b"")
        if out.tell() <= _KEPT_BYTES:
            break
    return _kept(out.getvalue(), *image.size)


def _kept(data: bytes, width: int, height: int) -> Picture:
    return Picture(hashlib.sha256(data).hexdigest(), width, height, data)


def _ours(data: bytes) -> bool:
    """Whether it is the simplest WebP there is: one picture, and no room for anything else."""
    whole = len(data) <= _KEPT_BYTES and data[8:16] == b"WEBPVP8 "
    size, inner = int.from_bytes(data[4:8], "little"), int.from_bytes(data[16:20], "little")
    return whole and size == len(data) - 8 and inner + inner % 2 == size - 12

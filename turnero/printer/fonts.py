"""The one monospaced face with which paper is drawn, at any size.

Used twice: for letters that a printer's own code page lacks, and for pictures of paper.
It is the face that set-up installs with the web's fonts, else the system's copy of it.
"""

from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

#: one em of DejaVu Sans Mono is this many times as wide as each of its letters
_EM_PER_LETTER: Final = 2048 / 1233
#: bundled file and system's name, by weight
_FACES: Final = {
    False: ("dejavu-mono-400.woff2", "DejaVuSansMono.ttf"),
    True: ("dejavu-mono-700.woff2", "DejaVuSansMono-Bold.ttf"),
}


@lru_cache(maxsize=2)
def _face(*, bold: bool) -> bytes | str | None:
    """The file of the face, or the name by which the system knows it, or None."""
    file, name = _FACES[bold]
    bundled = resources.files("turnero.web") / "vendor" / "fonts" / file
    if bundled.is_file():
        return bundled.read_bytes()
    try:
        ImageFont.truetype(name, 12)
    except OSError:
        return None
    return name


@lru_cache(maxsize=32)
def _font(size: float, *, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The face with an em of `size` dots; Pillow's own face if there is no other."""
    face = _face(bold=bold)
    if face is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(BytesIO(face) if isinstance(face, bytes) else face, size)


@lru_cache(maxsize=512)
def line(
    text: str, letter: tuple[int, int], width: int = 1, height: int = 1, *, bold: bool = False
) -> Image.Image:
    """A line of text as grey ink (mode L, 0 none to 255 black), as a thermal head sets it.

    Each letter takes a cell of `letter` times (`width`, `height`) dots, like the letters in
    a printer's memory. The picture is shared: copy it before changing it.
    """
    cell = (letter[0] * width, letter[1] * height)
    # Drawn at its final height, then squeezed or stretched to its width.
    font = _font(letter[0] * height * _EM_PER_LETTER, bold=bold)
    natural = max(1, round(font.getlength(text)))
    canvas = Image.new("L", (natural, cell[1]), 0)
    # The baseline stands at four fifths of the cell: room below for ç, y and Q.
    ImageDraw.Draw(canvas).text((0, cell[1] * 0.79), text, fill=255, font=font, anchor="ls")
    wide = max(1, round(natural * width / height))
    if abs(wide - cell[0] * len(text)) <= len(text):
        wide = cell[0] * len(text)
    return canvas if wide == natural else canvas.resize((wide, cell[1]), Image.Resampling.LANCZOS)

"""A document drawn dot by dot: any script, any logo, on printers whose letters are not enough.

Ink is grey (mode L, 0 none to 255 black) until the end, when a dot is printed or not.
"""

from typing import Final

from PIL import Image as Pillow

from turnero.printer import fonts, letters
from turnero.printer.document import Align, Block, Cut, Document, Image, Qr, Rule, Space, Text
from turnero.printer.profiles import Profile

#: from here on a dot is black
HALF: Final = 127
#: a line of letters advances the paper at least so far, as in text mode
_ADVANCE: Final = 30
_RULE_DOTS: Final = 2


def drawn(document: Document, profile: Profile) -> Document:
    """The same paper as one picture, and the cuts as they are."""
    blocks: list[Block] = []
    strips: list[Pillow.Image] = []
    for block in document.blocks:
        if isinstance(block, Cut):
            blocks += [_sheet(strips, profile), block] if strips else [block]
            strips = []
        else:
            strips += _strips(block, profile)
    return Document((*blocks, _sheet(strips, profile)) if strips else tuple(blocks))


def lines(words: str, block: Text, profile: Profile) -> list[Pillow.Image]:
    """A paragraph as the ink of its lines, white on black where it is a bar."""
    block = letters.fitted(words, block, profile)
    letter = profile.small if block.small else profile.letter
    inks = []
    for row in letters.rows(words, block, profile):
        ink = fonts.line(row, letter, block.width, block.height, bold=block.bold)
        if ink.width > profile.dots:
            ink = ink.resize((profile.dots, ink.height))
        inks.append(ink.point(lambda level: 255 - level) if block.invert else ink)
    return inks


def module_of(block: Qr, side: int, profile: Profile) -> int:
    """Dots of one module of a code with so many a side, as large as was asked and fits."""
    return max(1, min(block.module, 16, profile.dots // side))


def qr(block: Qr, profile: Profile) -> Pillow.Image:
    """The ink of a QR code."""
    import segno  # noqa: PLC0415 - as lazily as the encoder itself

    code = segno.make(block.data, error=block.level, micro=False, boost_error=False)
    side = len(code.matrix)
    dots = bytes(255 if dark else 0 for row in code.matrix for dark in row)
    module = module_of(block, side, profile)
    return Pillow.frombytes("L", (side, side), dots).resize(
        (side * module, side * module), Pillow.Resampling.NEAREST
    )


def picture(block: Image) -> Pillow.Image:
    """The ink of an image block."""
    row_bytes = (block.width + 7) // 8
    height = len(block.rows) // row_bytes if row_bytes else 0
    return Pillow.frombytes("1", (block.width, height), block.rows[: row_bytes * height]).convert(
        "L"
    )


def _strips(block: Block, profile: Profile) -> list[Pillow.Image]:
    """What a block puts on paper, each as wide as the paper prints."""
    match block:
        case Text():
            words = letters.clean(block.text)
            inks = lines(words, block, profile) if words else []
            return [_across(ink, block.align, profile, _ADVANCE) for ink in inks]
        case Qr():
            ink = _across(qr(block, profile), block.align, profile)
            # The line behind it, as in text mode: a code needs white all around it to be read.
            return [ink, Pillow.new("L", (profile.dots, _ADVANCE), 0)]
        case Image():
            return [_across(picture(block), block.align, profile)]
        case Rule():
            rule = Pillow.new("L", (profile.dots, _ADVANCE), 0)
            rule.paste(255, (0, _ADVANCE // 2, profile.dots, _ADVANCE // 2 + _RULE_DOTS))
            return [rule]
        case Space():
            return [Pillow.new("L", (profile.dots, block.dots), 0)] if block.dots > 0 else []
        case _:
            return []


def _across(ink: Pillow.Image, align: Align, profile: Profile, least: int = 0) -> Pillow.Image:
    if ink.width > profile.dots:
        ink = ink.resize((profile.dots, max(1, ink.height * profile.dots // ink.width)))
    room = profile.dots - ink.width
    left = {Align.LEFT: 0, Align.CENTER: room // 2, Align.RIGHT: room}[align]
    strip = Pillow.new("L", (profile.dots, max(ink.height, least)), 0)
    strip.paste(ink, (left, 0))
    return strip


def _sheet(strips: list[Pillow.Image], profile: Profile) -> Image:
    sheet = Pillow.new("L", (profile.dots, sum(one.height for one in strips)), 0)
    row = 0
    for strip in strips:
        sheet.paste(strip, (0, row))
        row += strip.height
    black = sheet.point(lambda level: 255 if level > HALF else 0).convert("1")
    return Image(profile.dots, black.tobytes())

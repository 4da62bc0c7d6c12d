"""Draws what a printer understood as a picture of the paper that would come out of it.

One dot of the print head is one pixel. It obeys operations only: whatever the encoder
meant, the paper shows what the bytes said.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Final, Literal

from PIL import Image

from turnero.printer import fonts
from turnero.printer.operations import (
    Bold,
    CodePage,
    Cut,
    Feed,
    Font,
    Init,
    Invert,
    Justify,
    Letters,
    LineFeed,
    Operation,
    QrCode,
    Raster,
    Size,
    Spacing,
    Underline,
    Unknown,
)
from turnero.printer.profiles import DEFAULT, DOTS_PER_MM, PROFILES, Profile

#: thermal paper is not quite white, and its black not quite black
_PAPER: Final = 252
_INK: Final = 24
_LINE_DOTS: Final = 30
_TOOTH: Final = 8
#: the knife stands this many dots after the head (8 mm): white at the top of every ticket,
#: and what a cut without a feed leaves in the printer
_KNIFE: Final = 64
_LETTER_B: Final = (9, 17)
#: longest paper drawn, in dots (2.5 m): garbage must not eat the memory
_LONGEST: Final = 20_000


class _Head:
    """The print head: style in force, the line being filled, the ink put down so far."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        #: grey ink (0 none, 255 full) with the row at which each piece starts
        self.pieces: list[tuple[int, Image.Image]] = []
        self.cuts: list[int] = []
        self.row = _KNIFE
        self.reset()

    def reset(self) -> None:
        """What `ESC @` brings back."""
        self.size = (1, 1)
        self.font = 0
        self.bold = self.invert = False
        self.underline = 0
        self.align: Literal["left", "center", "right"] = "left"
        self.spacing = _LINE_DOTS
        self.line: list[Image.Image] = []

    def obey(self, operation: Operation) -> None:
        """Do what one operation says; what leaves no mark is passed over."""
        match operation:
            case Letters(text=text):
                self.letters(text)
            case CodePage(number=number, codec=None):
                self.letters(f"[ESC t {number}?]")
            case Unknown(data=data):
                self.letters("".join(f"[{byte:02x}]" for byte in data[:8]))
            case LineFeed():
                self.print_line(self.spacing)
            case Feed(lines=lines, dots=dots):
                self.print_line(0)
                self.row += lines * self.spacing + dots
            case QrCode():
                self.put(_qr(operation))
            case Raster():
                self.put(_raster(operation))
            case Cut(feed=dots):
                self.cut(dots)
            case _:
                self.style(operation)

    def style(self, operation: Operation) -> None:
        """Keep in mind how what follows is to look."""
        match operation:
            case Init():
                self.reset()
            case Size(width=width, height=height):
                self.size = (width, height)
            case Font(number=number):
                self.font = number
            case Bold(on=on):
                self.bold = on
            case Invert(on=on):
                self.invert = on
            case Underline(dots=dots):
                self.underline = dots
            case Justify(align=align):
                self.align = align
            case Spacing(dots=spacing):
                self.spacing = _LINE_DOTS if spacing is None else spacing

    def cut(self, feed: int | None) -> None:
        """Cut: after the last line has passed the knife, or where the knife stands."""
        self.print_line(0)
        if feed is None:
            self.cuts.append(self.row - _KNIFE)
        else:
            self.cuts.append(self.row + feed)
            self.row += feed + _KNIFE

    def letters(self, text: str) -> None:
        """Set letters into the line, breaking it where it is full, as a printer does."""
        letter = self.profile.letter if self.font == 0 else _LETTER_B
        across = max(1, self.profile.dots // (letter[0] * self.size[0]))
        while text:
            used = sum(piece.width for piece in self.line) // (letter[0] * self.size[0])
            room = across - used
            if room <= 0:
                self.print_line(self.spacing)
                continue
            ink = fonts.line(text[:room], letter, *self.size, bold=self.bold).copy()
            if self.underline:
                ink.paste(255, (0, ink.height - self.underline, ink.width, ink.height))
            self.line.append(ink.point(lambda grey: 255 - grey) if self.invert else ink)
            text = text[room:]

    def print_line(self, spacing: int) -> None:
        """Put the line down and advance by its height, at least by the spacing."""
        if not self.line:
            self.row += spacing
            return
        tall = max(piece.height for piece in self.line)
        ink = Image.new("L", (sum(piece.width for piece in self.line), tall), 0)
        left = 0
        for piece in self.line:
            ink.paste(piece, (left, tall - piece.height))
            left += piece.width
        self.line = []
        self.put(ink)
        self.row += max(0, spacing - tall)

    def put(self, ink: Image.Image) -> None:
        """Put ink down at the current row, between the margins, and advance past it."""
        if self.line:
            self.print_line(self.spacing)
        if self.row + ink.height > _LONGEST:
            return
        room = self.profile.dots - ink.width
        left = {"left": 0, "center": max(0, room // 2), "right": max(0, room)}[self.align]
        strip = Image.new("L", (self.profile.dots, ink.height), 0)
        strip.paste(ink, (left, 0))
        self.pieces.append((self.row, strip))
        self.row += ink.height


def draw(operations: Iterable[Operation], profile: Profile = PROFILES[DEFAULT]) -> Image.Image:
    """The paper, mode LA: grey with the edges that the knife left cut out.

    Paper that was not cut ends in a straight edge, still in the printer's mouth.
    """
    head = _Head(profile)
    for operation in operations:
        head.obey(operation)
    head.print_line(0)
    finished = bool(head.cuts) and head.cuts[-1] == head.row - _KNIFE
    height = min(max(head.cuts[-1] if finished else head.row, _KNIFE) + _TOOTH, _LONGEST)
    wide = profile.paper_mm * DOTS_PER_MM
    margin = (wide - profile.dots) // 2
    paper = Image.new("L", (wide, height), _PAPER)
    for row, strip in head.pieces:
        paper.paste(_INK, (margin, row), strip)
    alpha = Image.new("L", paper.size, 255)
    _tear(alpha, 0, down=True)
    for cut in head.cuts:
        _tear(alpha, min(cut, height - _TOOTH), down=False)
    return Image.merge("LA", (paper, alpha))


def png(operations: Iterable[Operation], profile: Profile = PROFILES[DEFAULT]) -> bytes:
    """The paper as a PNG file."""
    file = BytesIO()
    draw(operations, profile).save(file, "PNG", dpi=(203, 203), compress_level=6)
    return file.getvalue()


def _tear(alpha: Image.Image, row: int, *, down: bool) -> None:
    """Cut small teeth out of the paper's edge, as the knife's serration leaves them."""
    for x in range(alpha.width):
        tooth = abs(x % (2 * _TOOTH) - _TOOTH)
        top, bottom = (row, row + tooth) if down else (row + _TOOTH - tooth, row + _TOOTH)
        alpha.paste(0, (x, top, x + 1, bottom))


def _raster(operation: Raster) -> Image.Image:
    size = (operation.width, operation.height)
    if not all(size):
        return Image.new("L", (1, 1), 0)
    across = (operation.width + 7) // 8
    bits = Image.frombytes("1", size, operation.rows[: across * operation.height])
    scale = operation.scale
    return bits.convert("L").resize(
        (size[0] * scale[0], size[1] * scale[1]), Image.Resampling.NEAREST
    )


def _qr(operation: QrCode) -> Image.Image:
    import segno  # noqa: PLC0415 - only for pictures, never on a ticket's way

    try:
        code = segno.make(
            operation.data.decode("utf-8", "replace"),
            error=operation.level,
            micro=False,
            boost_error=False,
        )
    except (ValueError, LookupError):  # longer than any code can hold: a printer prints nothing
        return Image.new("L", (1, 1), 0)
    side = len(code.matrix)
    dots = bytes(255 if dark else 0 for row in code.matrix for dark in row)
    ink = Image.frombytes("L", (side, side), dots)
    return ink.resize((side * operation.module, side * operation.module), Image.Resampling.NEAREST)

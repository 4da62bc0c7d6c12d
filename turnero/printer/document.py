"""What stands on a piece of paper, without saying how any machine prints it.

Frozen values only. No bytes, no widths in dots, no device: `escpos.py` knows those, and
`ticket.py` decides what a ticket says.
"""

from enum import StrEnum
from typing import Final, Literal

import msgspec

#: a space that keeps what stands on both sides of it in one line
TIE: Final = "\u00a0"


class Align(StrEnum):
    """Where a block stands between the paper's margins."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class _Block(msgspec.Struct, frozen=True, tag=True):
    """The base of everything that a document is made of, from top to bottom."""


class Text(_Block, frozen=True):
    """One paragraph; the encoder wraps it at words to the paper's width."""

    text: str
    #: times the width of the base letter, 1 to 8
    width: int = 1
    #: times the height of the base letter, 1 to 8
    height: int = 1
    bold: bool = False
    #: white letters on a black bar
    invert: bool = False
    align: Align = Align.CENTER
    #: one line always: letters become narrower rather than the line being broken
    fit: bool = False
    #: the printer's small letters, for what few will read
    small: bool = False


class Qr(_Block, frozen=True):
    """A QR code that holds `data`."""

    data: str
    #: side of one module in dots, 1 to 16; made smaller where the paper is narrow
    module: int = 6
    #: error correction: L 7 %, M 15 %, Q 25 %, H 30 %
    level: Literal["L", "M", "Q", "H"] = "M"
    align: Align = Align.CENTER


class Rule(_Block, frozen=True):
    """A thin line across the paper."""


class Space(_Block, frozen=True):
    """White paper, in eighths of a millimetre (one dot of a 203 dpi printer)."""

    dots: int = 16


class Image(_Block, frozen=True):
    """A black and white picture: rows of packed bits, most significant first, 1 is black."""

    #: dots; each row takes `(width + 7) // 8` bytes
    width: int
    rows: bytes
    align: Align = Align.CENTER


class Cut(_Block, frozen=True):
    """Feed the paper past the knife and cut it."""


#: what stands on paper; JSON tells them apart by their names
Block = Text | Qr | Rule | Space | Image | Cut


class Document(msgspec.Struct, frozen=True):
    """A whole piece of paper. Travels to a box as JSON."""

    blocks: tuple[Block, ...]

    def texts(self) -> tuple[str, ...]:
        """Every paragraph, in order: what a reader of the paper reads."""
        return tuple(
            block.text.replace(TIE, " ") for block in self.blocks if isinstance(block, Text)
        )

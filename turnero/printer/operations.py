"""What a printer understands from the bytes of a job, one small value per command.

The decoder makes these, the picture draws them and the virtual printer obeys them.
Nothing here knows how they were written or where they came from.
"""

from typing import Literal

import msgspec


class Operation(msgspec.Struct, frozen=True, tag=True):
    """The base of every operation."""


class Init(Operation, frozen=True):
    """`ESC @`: styles, alignment, spacing and code page return to what the printer starts with."""


class Letters(Operation, frozen=True):
    """Letters for the current line, read in the code page that was in force."""

    text: str


class LineFeed(Operation, frozen=True):
    """`LF`: print the line and advance by its height, at least by the line spacing."""


class Feed(Operation, frozen=True):
    """`ESC d` in lines, or `ESC J` in dots: print the line and advance."""

    lines: int = 0
    dots: int = 0


class Spacing(Operation, frozen=True):
    """`ESC 3 n`: line spacing in dots; None for `ESC 2`, the printer's own (30 dots)."""

    dots: int | None


class Size(Operation, frozen=True):
    """`GS !` or `ESC !`: times the base letter, 1 to 8."""

    width: int
    height: int


class Font(Operation, frozen=True):
    """`ESC M`: 0 is font A (12 × 24 dots), 1 is font B (9 × 17)."""

    number: int


class Bold(Operation, frozen=True):
    """`ESC E` or `ESC G`."""

    on: bool


class Underline(Operation, frozen=True):
    """`ESC -`: thickness in dots, 0 for none."""

    dots: int


class Invert(Operation, frozen=True):
    """`GS B`: white letters on black."""

    on: bool


class Smooth(Operation, frozen=True):
    """`GS b`: rounded edges on large letters."""

    on: bool


class Justify(Operation, frozen=True):
    """`ESC a`."""

    align: Literal["left", "center", "right"]


class CodePage(Operation, frozen=True):
    """`ESC t n`; `codec` is Python's name, or None when the number means nothing to us."""

    number: int
    codec: str | None


class Kanji(Operation, frozen=True):
    """`FS &` and `FS .`: whether pairs of high bytes are Chinese or Japanese letters."""

    on: bool


class QrCode(Operation, frozen=True):
    """`GS ( k`: a stored QR code is printed."""

    data: bytes
    module: int
    level: Literal["L", "M", "Q", "H"]


class Raster(Operation, frozen=True):
    """`GS v 0` or `GS ( L`: packed rows, most significant bit first, 1 is black."""

    width: int
    rows: bytes
    #: times each dot is repeated across and down
    scale: tuple[int, int] = (1, 1)

    @property
    def height(self) -> int:
        """How many rows there are."""
        across = (self.width + 7) // 8
        return len(self.rows) // across if across else 0


class Cut(Operation, frozen=True):
    """`GS V`: the paper is cut.

    `feed` dots after what was printed last has passed the knife; None: where the knife
    happens to stand, which is about a centimetre before the last line.
    """

    partial: bool
    feed: int | None = None


class AskState(Operation, frozen=True):
    """`DLE EOT n` or `GS r n`: the host asks for a byte of state, and waits for it."""

    command: Literal["DLE EOT", "GS r"]
    number: int


class AutoState(Operation, frozen=True):
    """`GS a n`: the printer is to report by itself whenever these change."""

    mask: int


class Confirm(Operation, frozen=True):
    """`GS ( H` function 48: the printer is to answer with this id once all before it is printed."""

    process: bytes


class Ignored(Operation, frozen=True):
    """A command that we know and that leaves no mark on paper (drawer, beeper, density)."""

    name: str


class Unknown(Operation, frozen=True):
    """Bytes that mean nothing to us; a real printer may print or obey them."""

    data: bytes


class CutShort(Operation, frozen=True):
    """The stream ended within a command: a real printer waits for the rest and prints nothing."""

    data: bytes

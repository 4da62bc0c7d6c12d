"""A sign as it looks: which dots or bars are lit, as two paths of an SVG.

The page draws both with round ends, so a dot is a line without length; colours, glow and the
dark of the others are the style sheet's.
"""

from typing import Final

import msgspec

from turnero.display.signs.font import columns, segments

#: from one character to the next, in dots
_STEP: Final = 6
_ROWS: Final = 7
#: dark rim around the dots
_RIM: Final = 1
#: bars: from (x, y) to (x, y) within a place of 4 by 7
_BARS: Final = (
    ((0.9, 0.5), (3.1, 0.5)),
    ((3.5, 0.9), (3.5, 3.1)),
    ((3.5, 3.9), (3.5, 6.1)),
    ((0.9, 6.5), (3.1, 6.5)),
    ((0.5, 3.9), (0.5, 6.1)),
    ((0.5, 0.9), (0.5, 3.1)),
    ((0.9, 3.5), (3.1, 3.5)),
)
_PLACE: Final = 5.4
#: from so many dots on
_WIDE: Final = 44


class Drawing(msgspec.Struct, frozen=True):
    """What the template puts into an SVG."""

    #: dots or segments
    look: str
    #: of the view box, in dots
    width: float
    height: float
    #: data of the two paths
    lit: str
    dark: str
    #: how strongly it is lit, 0 to 1
    strength: float

    @property
    def wide(self) -> bool:
        """Whether it needs twice the room of others to be as high."""
        return self.width > _WIDE


def drawn(text: str, look: str, brightness: int = 100) -> Drawing:
    """The picture of a sign with so many places as the text has characters."""
    make = _bars if look == "segments" else _dots
    lit, dark, width = make(text)
    return Drawing(
        look,
        round(width + 2 * _RIM, 1),
        _ROWS + 2 * _RIM,
        "".join(lit),
        "".join(dark),
        # The eye sees half the light as nearly as bright.
        round(0.35 + 0.65 * max(0, min(brightness, 100)) / 100, 2),
    )


def _dots(text: str) -> tuple[list[str], list[str], float]:
    lit: list[str] = []
    dark: list[str] = []
    for place, char in enumerate(text):
        for x, column in enumerate((*columns(char), 0)[: _STEP if place < len(text) - 1 else 5]):
            for y in range(_ROWS):
                dot = f"M{_RIM + place * _STEP + x + 0.5} {_RIM + y + 0.5}h0"
                (lit if column >> y & 1 else dark).append(dot)
    return lit, dark, len(text) * _STEP - 1


def _bars(text: str) -> tuple[list[str], list[str], float]:
    lit: list[str] = []
    dark: list[str] = []
    for place, char in enumerate(text):
        shown = segments(char)
        left = _RIM + place * _PLACE + 0.4
        for number, ((x, y), (to_x, to_y)) in enumerate(_BARS):
            bar = f"M{left + x:.1f} {_RIM + y}L{left + to_x:.1f} {_RIM + to_y}"
            (lit if shown >> number & 1 else dark).append(bar)
    return lit, dark, len(text) * _PLACE - 0.6

"""Words on their way to paper: cleaned, cut to what paper can hold, broken into lines.

Both ways to print use it, the printer's own letters (escpos.py) and drawn ones (raster.py).
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from turnero.printer.document import TIE, Text
from turnero.printer.profiles import Profile

_TIES: Final = (TIE, "\u202f")
#: letters of one paragraph; more than a description can hold, less than a metre of paper
MOST: Final = 600


def clean(text: str) -> str:
    """The text as it may reach paper: composed letters, single spaces, nothing invisible.

    Control bytes would be obeyed by the printer, and marks of direction would turn the
    letters of a name around; both are removed. What is longer than `MOST` letters is cut:
    a whole roll of paper helps nobody.
    """
    # Far more than is kept, so that spaces and marks do not count; never a megabyte.
    composed = unicodedata.normalize("NFC", text[: MOST * 8])
    kept = (
        TIE
        if letter in _TIES
        else " "
        if unicodedata.category(letter)[0] == "Z" or letter in "\t\r\n\v\f"
        else letter
        for letter in composed
        if letter in "\t\r\n\v\f"
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    words = " ".join(word.strip(TIE) for word in "".join(kept).split(" ") if word.strip(TIE))
    return words if len(words) <= MOST else f"{words[: MOST - 3].rstrip()}..."


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most that many letters, broken at spaces where there are any; at a
    `TIE` only where what it holds together is longer than a line.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, columns):
        rest = word
        if line and len(line) + 1 + len(rest) <= columns:
            line += " " + rest
            continue
        if line:
            lines.append(line)
        while len(rest) > columns:
            lines.append(rest[:columns])
            rest = rest[columns:]
        line = rest
    return [*lines, line] if line or not lines else lines


def _words(text: str, columns: int) -> Iterator[str]:
    for word in text.split(" "):
        yield from filter(None, word.split(TIE)) if len(word) > columns else (word,)


def fitted(words: str, block: Text, profile: Profile) -> Text:
    """The block with letters narrow enough for its longest word to stand in a line unbroken, or
    for all its words where it is to have one line.
    """
    longest = len(words) if block.fit else max(map(len, words.replace(TIE, " ").split(" ")))
    width = block.width
    while width > 1 and longest + 2 * block.invert > profile.columns(width, small=block.small):
        width -= 1
    if width == block.width:
        return block
    # A word that is made narrow stays readable; a number that is to have one line stays tall.
    height = block.height if block.fit else min(block.height, 2 * width)
    return replace(block, width=width, height=height)


def rows(words: str, block: Text, profile: Profile) -> list[str]:
    """The paragraph in lines; those of a black bar are equally long, with margins."""
    columns = profile.columns(block.width, small=block.small)
    lines = wrap(words, columns - 2 * block.invert)
    lines = [line.replace(TIE, " ") for line in lines]
    if not block.invert:
        return lines
    longest = max(map(len, lines))
    return [f" {line:^{longest}} " for line in lines]

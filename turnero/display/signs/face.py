"""What stands on a sign in one moment, and how it is laid out in so many characters.

Pure. Signs know ASCII at best: letters lose their accents, the rest becomes a blank.
"""

import unicodedata
from typing import Final

import msgspec

#: seen from the sign; the arrows that ASCII has. A "v" would be read as a letter
_ASCII: Final = {
    "right": ">", "up-right": ">", "down-right": ">",
    "left": "<", "up-left": "<", "down-left": "<",
    "up": "^",
}  # fmt: skip


class TooNarrowError(ValueError):
    """The number does not fit: what would fit of it is another number."""


class Face(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number with its desk, or a text. Public words only."""

    #: "A047"; "" while nobody is called
    number: str = ""
    #: "3"; "" on a sign over the desk itself
    desk: str = ""
    #: where the desk lies, as the site's file says it: "left"; "" where nobody said
    arrow: str = ""
    #: what stands there while nobody is called
    text: str = ""

    @property
    def words(self) -> str:
        """In one line, for people."""
        return " ".join(filter(None, (self.number, self.desk))) or self.text


def plain(text: str) -> str:
    """'Caja n.º 3' → 'Caja n.  3': printable ASCII, one character for each."""
    found = (_letter(char) for char in unicodedata.normalize("NFC", text))
    return "".join(char if " " <= char <= "~" else " " for char in found)


def _letter(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0]


def laid_out(face: Face, width: int) -> str:
    """Exactly `width` characters: the number on the left, the desk on the right.

    What there is no room for is left out, the arrow first, then the desk; the number never.
    Raises `TooNarrowError`.
    """
    if not face.number:
        return plain(face.text)[:width].center(width)
    number, desk = plain(face.number), plain(face.desk)
    if len(number) > width:
        raise TooNarrowError(number)
    pointer = _ASCII.get(face.arrow, "")
    for right in (f"{pointer} {desk}" if pointer else desk, f"{pointer}{desk}", desk):
        if desk and len(number) + 1 + len(right) <= width:
            return number + right.rjust(width - len(number))
    return number.center(width)


def digits_only(face: Face, width: int) -> str:
    """The same for a sign that knows digits: the letter of a number is left out, "A047" is 047."""
    kept = Face(
        number=_digits(face.number).strip(),
        desk=_digits(face.desk).strip(),
        text=_digits(face.text),
    )
    return laid_out(kept, width)


def _digits(text: str) -> str:
    return "".join(char if char in "0123456789 -" else "" for char in plain(text))

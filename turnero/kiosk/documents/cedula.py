"""Colombia's yellow cédula by its PDF417: fields at fixed places, latin-1, filled up with NUL.

number [48, 58) · surnames [58, 81) [81, 104) · given names [104, 127) [127, 150) · "0", sex,
YYYYMMDD [150, 160) · then municipality, blood group and the templates of two fingers, 531 bytes
in all. Whatever follows the date of birth is never looked at: `clip` takes it away.

A scanner that types like a keyboard leaves the NULs out, so that the fields run together: then
the number is the last ten digits before the names, and the names cannot be told apart. Where the
computer has a Spanish keyboard, "_" arrives as "?". One may send a prefix of its own: places count
from the mark.
"""

import re
from datetime import date
from typing import Final

from turnero.kiosk.documents.shape import Document, Misread, day

#: what stands before the number in every one, and where
MARK: Final = b"PubDSK"
MARKED: Final = 24
#: the number, four names, sex and date of birth
NUMBER: Final = slice(48, 58)
NAMES: Final = 58
NAME: Final = 23
BORN: Final = 150
#: bytes up to the date of birth; behind them is the person's body
KNOWN: Final = 160

_NUMBER: Final = re.compile(r"[0-9]{5,10}")
_LETTERS: Final = re.compile(r"[^\W\d_][^\d_]*")
_BORN: Final = re.compile(r"[0O][MF][0-9]{8}")
# From the mark on, each part as long as its place: digits among the fingers are nobody's number.
_TYPED: Final = re.compile(
    r"PubDSK[_?][^_]{0,17}?([0-9]{10})([^\W\d_][^\d_\0]{0,91})[0O]([MF])([0-9]{8})"
)


def clip(scan: bytes) -> bytes:
    """A cédula alone, without what follows the date of birth; of one whose fields are nowhere to be
    found, only what says that it is one.
    """
    at = scan.find(MARK)
    if at < 0:
        return scan
    begins = at - MARKED
    text = scan.decode("latin-1")
    if begins >= 0 and _BORN.fullmatch(text, begins + BORN, begins + KNOWN) is not None:
        return scan[begins : begins + KNOWN]
    typed = _TYPED.match(text, at)
    return scan[at : typed.end()] if typed is not None else MARK


def half(scan: bytes) -> bool:
    """Whether it is one of which the rest is still to come."""
    return MARK in scan and len(scan) < KNOWN and clip(scan) == MARK


def read(scan: bytes, today: date) -> Document | Misread | None:
    """The holder of a cédula."""
    scan = clip(scan)
    if MARK not in scan:
        return None
    text = scan.decode("latin-1")
    if _BORN.fullmatch(text, BORN) is not None:
        return _in_place(text, today)
    typed = _TYPED.match(text)
    if typed is None:
        return Misread("cedula")
    return _document(typed[1], "", "", typed[3], day(typed[4], today.year), today)


def _in_place(text: str, today: date) -> Document | Misread:
    names = [text[at : at + NAME].strip("\0 ") for at in range(NAMES, BORN, NAME)]
    if not names[2] or any(name and _LETTERS.fullmatch(name) is None for name in names):
        return Misread("cedula")
    return _document(
        text[NUMBER].strip("\0 "),
        " ".join(filter(None, names[:2])),
        " ".join(filter(None, names[2:])),
        text[BORN + 1],
        day(text[BORN + 2 : KNOWN], today.year),
        today,
    )


def _document(
    number: str, surnames: str, given: str, sex: str, born: date | None, today: date
) -> Document | Misread:
    """It has no check digit: that every field can be is all that tells a good reading."""
    if _NUMBER.fullmatch(number) is None or sex not in {"M", "F"} or born is None or born > today:
        return Misread("cedula")
    return Document(
        kind="cedula",
        number=number.lstrip("0") or number,
        issuer="COL",
        surnames=surnames,
        given=given,
        sex=sex,
        born=born,
    )

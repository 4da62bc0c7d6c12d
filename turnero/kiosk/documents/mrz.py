"""The three lines of a card's machine-readable zone, size TD1: 30 characters each.

ICAO Doc 9303 part 5 (TD1) and part 3 section 4.9 (check digits): weights 7, 3, 1; 0-9 are their
figures, A-Z are 10-35, "<" is 0; the sum's remainder by 10. So are the number, the day of birth,
the last day of validity, and all of them together checked. Peru's electronic DNI and Colombia's
digital cédula are such cards; the latter has its holder's NUIP in the second line's optional
field, its first line counts the card itself.
"""

import re
from datetime import date
from itertools import cycle
from typing import Final

from turnero.kiosk.documents.shape import Document, Kind, Misread, day

LINE: Final = 30
#: as a keyboard of the Spanish layout types "<"
_TYPED: Final = str.maketrans({";": "<"})
_ZONE: Final = re.compile(r"[ACI][A-Z0-9<]{89}")
_WEIGHTS: Final = (7, 3, 1)
_FIGURES: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUIP: Final = re.compile(r"[0-9]{6,11}")
_ISSUER: Final = re.compile(r"[A-Z]{1,3}<{0,2}")
_KINDS: Final[dict[str, Kind]] = {"PER": "dni", "COL": "cedula"}


def check_digit(text: str) -> str:
    """The figure that speaks for a text of 0-9, A-Z and "<"."""
    total = sum(
        weight * max(_FIGURES.find(character), 0)
        for weight, character in zip(cycle(_WEIGHTS), text, strict=False)
    )
    return str(total % 10)


def read(scan: bytes, today: date) -> Document | Misread | None:
    """The holder of a card; its lines come with whatever line ends, or none."""
    zone = re.sub(r"\s", "", scan.decode("latin-1")).upper().translate(_TYPED)
    if _ZONE.fullmatch(zone) is None:
        return None
    upper, middle, lower = zone[:LINE], zone[LINE : 2 * LINE], zone[2 * LINE :]
    issuer = upper[2:5]
    kind = _KINDS.get(issuer, "card")
    number, sound = _number(upper)
    sound = sound and _ISSUER.fullmatch(issuer) is not None
    sound = sound and middle[6] == check_digit(middle[:6])
    sound = sound and middle[14] == check_digit(middle[8:14])
    together = upper[5:] + middle[:7] + middle[8:15] + middle[18:29]
    if not sound or middle[29] != check_digit(together):
        return Misread(kind)
    if kind == "cedula" and (nuip := _NUIP.match(middle[18:29])):
        number = nuip[0]
    surnames, _, given = lower.partition("<<")
    return Document(
        kind=kind,
        number=number,
        issuer=issuer.rstrip("<"),
        surnames=_words(surnames),
        given=_words(given),
        sex=middle[7] if middle[7] in "MF" else "",
        born=day(middle[:6], today.year),
        checked=True,
    )


def _number(upper: str) -> tuple[str, bool]:
    """The number of the first line, and whether its check digit is right. One of more than nine
    characters goes on in the optional field, its check digit last, and has "<" for its own.
    """
    number, check = upper[5:14], upper[14]
    if check == "<" and "<" not in number:
        more = upper[15:].partition("<")[0]
        number, check = number + more[:-1], more[-1:]
    found = number.rstrip("<")
    return found.replace("<", ""), bool(found) and check == check_digit(number)


def _words(field: str) -> str:
    return " ".join(filter(None, field.split("<")))

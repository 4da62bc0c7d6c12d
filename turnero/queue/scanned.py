"""What a scanner typed or a person wrote, brought back to a ticket's code or its short code.

Scanners type as a US keyboard; where the computer has a Spanish one, "-" arrives as "'" and
"_" as "?". Pure; whether such a ticket exists is the port's to say.
"""

import re
from typing import Final

from turnero.queue.codes import DIGITS

#: length of the secret code in an address
CODE: Final = 22
#: longer texts are not ours
LONGEST: Final = 300

_TYPED: Final = str.maketrans({"'": "-", "?": "_", "¿": "_", "´": "-"})
_CODE: Final = re.compile(rf"[A-Za-z0-9_-]{{{CODE}}}")
_NUMBER: Final = re.compile(r"([A-Za-z]{0,4})[\s.-]*([0-9]{1,6})")
#: figures of a printed number at least
_FIGURES: Final = 3


def code(text: str) -> str | None:
    """The secret code in a scanned text (an address or the bare code), or None."""
    stripped = text.strip()
    last, before = stripped[-CODE:].translate(_TYPED), stripped[-CODE - 1 : -CODE]
    # Behind a letter or a figure it is the end of something longer, of a name and a birthday perhaps.
    return last if _CODE.fullmatch(last) and not before.isalnum() else None


def short(text: str) -> str | None:
    """The eight digits that a person typed, spaces and dashes aside, or None."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdecimal() else None


def number(text: str) -> tuple[str, str] | None:
    """A printed number as people write it: "a 47" → ("A", "047"); "" where no letter is written."""
    match = _NUMBER.fullmatch(text.strip())
    return (match[1].upper(), f"{int(match[2]):0{_FIGURES}d}") if match is not None else None

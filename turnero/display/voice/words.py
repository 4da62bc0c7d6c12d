"""The words of an announcement: "A047" at desk "3" is "Ticket A cuarenta y siete, ventanilla tres".

It knows nothing of sound: how a synthesiser is brought to pronounce these words is espeak.py's.
"""

import re
import unicodedata
from typing import Final

from turnero.display.voice.numbers import LANGUAGES, number

#: Longer desk names are cut: an announcement of a minute would hold up every call behind it.
MAX_NAME: Final = 48

#: (ticket, desk) by country profile where it differs, then by language.
_WORDS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "co": {"es": ("Turno", "módulo")},
    "": {
        "es": ("Ticket", "ventanilla"),
        "en": ("Ticket", "desk"),
        "pt": ("Senha", "guichê"),
        "qu": ("Ticket", "ventanilla"),
    },
}
#: A desk called by one of these and a number has its kind said in the language being spoken.
_KINDS: Final = "ventanilla|módulo|modulo|desk|window|guichê|guiche"
_NUMBERED: Final = re.compile(rf"(?:(?:{_KINDS})\s*)?(\d+)", re.IGNORECASE)
_PIECES: Final = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*")


def base(language: str) -> str:
    """'es-CO', 'es_CO' or 'es' -> 'es'."""
    return re.split("[-_]", language, maxsplit=1)[0].lower()


def sayable(language: str) -> bool:
    """Whether there are words in this language, given as `base` gives it."""
    return language in LANGUAGES


def ticket(printed: str, language: str) -> str:
    """'A047' -> 'A cuarenta y siete', 'AB7' -> 'A B siete'. Leading zeros are never said."""
    return " ".join(
        number(int(piece), language) if piece.isdecimal() else " ".join(piece.upper())
        for piece in _PIECES.findall(_plain(printed))
    )


def desk(name: str, language: str, profile: str = "") -> str:
    """What is said of a desk.

    '3' and 'Ventanilla 3' -> 'ventanilla tres', 'módulo tres' in Colombia, 'desk three' in English;
    'Caja 2' -> 'Caja dos'; 'Farmacia' as it is; '' where nothing in the name can be said.
    """
    plain = _plain(name)
    numbered = _NUMBERED.fullmatch(plain)
    if numbered:
        return f"{_words(profile, language)[1]} {number(int(numbered[1]), language)}"
    return " ".join(
        number(int(piece), language) if piece.isdecimal() else piece
        for piece in _PIECES.findall(plain)
    )


def sentence(printed: str, desk_name: str, language: str, profile: str = "") -> str:
    """One whole announcement in one of LANGUAGES, with the words of the country profile."""
    said = f"{_words(profile, language)[0]} {ticket(printed, language)}"
    where = desk(desk_name, language, profile)
    return f"{said}, {where}" if where else said


def _words(profile: str, language: str) -> tuple[str, str]:
    return _WORDS.get(profile, {}).get(language) or _WORDS[""][language]


def _plain(text: str) -> str:
    """Composed, on one line, without control or direction marks: names come from forms."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        " " if char.isspace() else char
        for char in composed
        if char.isspace() or not unicodedata.category(char).startswith("C")
    )
    return " ".join(kept.split())[:MAX_NAME]

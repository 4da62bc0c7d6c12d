"""What a person may type: readable text, without characters that hide or reorder it."""

import unicodedata

from turnero.store.errors import Invalid

#: direction marks and overrides: they can make a name read as another
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ALLOWED = frozenset("\n\t")


def readable(text: str) -> bool:
    """Whether a text holds no control characters, direction marks or lone surrogates."""
    return not any(
        char in _DIRECTION
        or (char not in _ALLOWED and unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co"))
        for char in text
    )


def plain(text: str, field: str) -> str:
    """The text, composed (NFC), trimmed, with one kind of line end.

    Raises `Invalid("text-unreadable")` naming the field.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not readable(text):
        raise Invalid("text-unreadable", field=field)
    return unicodedata.normalize("NFC", text).strip()

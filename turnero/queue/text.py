"""What people may write: names that read as they look, and comments kept as rows.

A name with control characters or direction marks can pass for another, so it is refused;
in a comment they are dropped, so that nobody's words are lost for a stray character.
"""

import unicodedata
from typing import Final

from turnero.queue.refusals import invalid

#: longest comment, characters
MAX_COMMENT: Final = 1000
#: longest reason in free words
MAX_REASON: Final = 200
#: longest name
MAX_NAME: Final = 120

#: control, format (direction marks, zero widths), surrogate, private, unassigned, separators
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN


def name(value: str, field: str, longest: int = MAX_NAME) -> str:
    """The name composed (NFC) and trimmed; `Invalid` if it hides characters or is too long."""
    if any(_hidden(char) for char in value):
        raise invalid("text-unreadable", field=field)
    value = unicodedata.normalize("NFC", value).strip()
    if len(value) > longest:
        raise invalid("text-too-long", field=field, max=longest, length=len(value))
    return value


def reason(value: str) -> str:
    """A reason in a few words: never empty, never long."""
    value = name(value, "reason", longest=MAX_REASON)
    if not value:
        raise invalid("reason-missing")
    return value


def note(value: str, longest: int) -> str | None:
    """A note over several lines without hidden characters, None when nothing is left."""
    words = comment(value[: MAX_COMMENT + 1])
    if words is not None and len(words) > longest:
        raise invalid("text-too-long", field="note", max=longest, length=len(value))
    return words


def visible(value: str) -> str:
    """The words without hidden characters, over several lines or in one, composed (NFC) and trimmed."""
    value = "".join(char for char in value if char == "\n" or not _hidden(char))
    return unicodedata.normalize("NFC", value).strip()


def comment(value: str | None) -> str | None:
    """A comment without hidden characters, None when nothing is left; `Invalid` if too long."""
    if value is None:
        return None
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = visible(value)
    if len(value) > MAX_COMMENT:
        raise invalid("comment-too-long", max=MAX_COMMENT, length=len(value))
    return value or None

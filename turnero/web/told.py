"""What people are told beside calls (a message, a line that moved), in one reader's language.

Pure: boards, kiosks, phones and the supervisor's page say it with the same words.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from turnero.web.languages import Translator
from turnero.web.languages import mark as _

#: sort of message → what is said where nobody wrote words of their own
USUAL: Final[Mapping[str, str]] = {
    "kept": _(
        "No desk attends %(service)s at the moment. Keep your ticket: you keep your place in line."
    ),
    "moved": _(
        "Those who wait for %(service)s are now called for %(target)s. Everybody keeps their place."
    ),
}


class Told(Protocol):
    """A message as the line's reads give it."""

    @property
    def sort(self) -> str: ...

    @property
    def texts(self) -> Mapping[str, str]: ...

    @property
    def names(self) -> Mapping[str, str] | None: ...

    @property
    def target_names(self) -> Mapping[str, str] | None: ...


def pick(texts: Mapping[str, str] | None, language: str, own: str) -> str:
    """A text in a language, else in the site's own, else in any; "" for none."""
    if not texts:
        return ""
    return texts.get(language) or texts.get(own) or next(iter(texts.values()), "")


def told(message: Told, say: Translator, own: str) -> str:
    """The sentence of a message; `own` is the site's first language."""
    words = pick(message.texts, say.language, own)
    if words or message.sort not in USUAL:
        return words
    return say.gettext(
        USUAL[message.sort],
        service=pick(message.names, say.language, own),
        target=pick(message.target_names, say.language, own),
    )

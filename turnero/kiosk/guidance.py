"""Spoken guidance: a sentence of a page becomes the address of its sound.

It is asked only for sentences that our own templates compose. Long rows of digits (documents,
telephones) are taken out before anything is spoken, whoever composed them.
"""

import re
from typing import Final

from markupsafe import Markup

from turnero.web.speech import Speech

#: a printed number has at most four digits, a time two and two: longer is somebody's own
_PRIVATE: Final = re.compile(r"\d(?:[\s.-]?\d){4,}")
#: sentences longer than this are cut: nobody listens to a minute of instructions
LONGEST: Final = 600

ROUTE: Final = "/kiosk/speech"


def sayable(text: str) -> str:
    """The sentence without anything that may identify somebody, on one line."""
    return " ".join(_PRIVATE.sub(" ", text).split())[:LONGEST]


def sounding(address: str) -> Markup:
    """The attribute by which a key sounds."""
    return Markup(' data-say="{}"').format(address) if address else Markup("")


class Guide:
    """What templates know as `speak`: text -> address of its sound, "" where nothing is spoken."""

    def __init__(self, speech: Speech | None, language: str, *, on: bool) -> None:
        self._speech = speech
        self._language = language
        #: whether anything is spoken
        self.on = on and speech is not None

    def __call__(self, *sentences: str) -> str:
        """The address under which these sentences sound, one after another."""
        if not self.on or self._speech is None:
            return ""
        text = sayable(". ".join(one.strip().rstrip(".") for one in sentences if one.strip()))
        name = self._speech.name(text, self._language) if text else None
        return f"{ROUTE}/{name}.wav" if name else ""

    def hear(self, *sentences: str) -> Markup:
        """The attribute by which a key says these sentences; nothing where nothing is spoken."""
        return sounding(self(*sentences))

    def in_language(self, language: str, text: str) -> str:
        """The same in another language: the key of a language speaks its own name."""
        return Guide(self._speech, language, on=self.on)(text)

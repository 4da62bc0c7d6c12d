"""The same voice for other rooms' pages (`web/speech.py`): sentences instead of announcements.

It says what a page composed, without a chime; what may be said at all is the page's business.
"""

import re
from typing import Final

from turnero.display.voice import words
from turnero.display.voice.numbers import number
from turnero.display.voice.port import Line
from turnero.display.voice.script import Script
from turnero.display.voice.studio import Studio

#: A number as it is printed on a ticket.
_PRINTED: Final = re.compile(r"\b[A-Z]{1,2}\d{1,4}\b")
_DIGITS: Final = re.compile(r"\d{1,4}")
#: Languages in which the synthesiser cannot be trusted with any digit.
_SPELT_BY_US: Final = frozenset({"qu"})
#: and whose voice no native speaker has approved yet: they are written, not spoken
_UNAPPROVED: Final = frozenset({"qu"})


def said(text: str, code: str) -> str:
    """A sentence as it is spoken: printed numbers as people say them."""
    spoken = _PRINTED.sub(lambda found: words.ticket(found[0], code), text)
    if code in _SPELT_BY_US:
        spoken = _DIGITS.sub(lambda found: number(int(found[0]), code), spoken)
    return spoken


class Guidance:
    """Fills the port `Speech`."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def name(self, text: str, language: str) -> str | None:
        """See `Speech.name`."""
        code = words.base(language)
        if code in _UNAPPROVED or not (
            words.sayable(code) and self._studio.voice.speaks(code) and text.strip()
        ):
            return None
        return self._studio.name(Script(chime=False, lines=(Line(code, said(text, code)),)))

    async def sound(self, name: str) -> bytes | None:
        """See `Speech.sound`. A chime in place of guidance would only confuse: None instead."""
        found = await self._studio.sound(name)
        return found.wav if found is not None and found.lasting else None

"""The port behind which a voice stands: a synthesiser, or recorded fragments where a site has them.

An adapter turns words into samples and nothing else; it keeps no queue and no cache.
"""

from typing import Final, Protocol

import msgspec

from turnero.display.voice.chime import chime

#: Measured on espeak-ng 1.51 at its SPEED: milliseconds a written character, and before the first.
_CHAR_MS: Final = 71
_BREATH_MS: Final = 550


class Line(msgspec.Struct, frozen=True):
    """One sentence in one language."""

    #: es, en, pt or qu (words.LANGUAGES).
    language: str
    #: As a person would write it: "Ticket A cuarenta y siete, ventanilla tres".
    text: str


def about_ms(line: Line) -> int:
    """About how long the synthesiser needs for a line."""
    return _BREATH_MS + _CHAR_MS * len(line.text)


class VoiceError(Exception):
    """The voice could not say a line; the message says why. The caller sounds the chime alone."""


class Voice(Protocol):
    """Says lines. `say` blocks, and is called from threads."""

    #: Part of every cache key: another voice, or another version of it, sounds different.
    name: str

    def speaks(self, language: str, /) -> bool:
        """Whether it has a voice for this language."""
        ...

    def say(self, line: Line, /) -> bytes:
        """16-bit little-endian mono PCM at chime.RATE, trimmed. Raises VoiceError."""
        ...

    def lasts_ms(self, line: Line, /) -> int:
        """About how long the line will last, without saying it."""
        ...

    def chime(self) -> bytes:
        """What sounds before it speaks; samples as of `say`."""
        ...


class NoVoice:
    """Where no synthesiser is installed: every announcement is the chime alone."""

    name = "none"

    def speaks(self, _language: str, /) -> bool:
        return False

    def say(self, _line: Line, /) -> bytes:
        raise VoiceError("no voice is installed on this server (the Debian package is espeak-ng)")

    def lasts_ms(self, line: Line, /) -> int:
        return about_ms(line)

    def chime(self) -> bytes:
        return chime()

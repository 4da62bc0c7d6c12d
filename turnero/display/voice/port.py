"""The port behind which a voice stands: a synthesiser, or recorded fragments where a site has them.

An adapter turns words into samples and nothing else; it keeps no queue and no cache.
"""

from typing import Protocol

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One sentence in one language."""

    #: es, en, pt or qu (words.LANGUAGES).
    language: str
    #: As a person would write it: "Ticket A cuarenta y siete, ventanilla tres".
    text: str


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


class NoVoice:
    """Where no synthesiser is installed: every announcement is the chime alone."""

    name = "none"

    def speaks(self, _language: str, /) -> bool:
        return False

    def say(self, _line: Line, /) -> bytes:
        raise VoiceError("no voice is installed on this server (the Debian package is espeak-ng)")

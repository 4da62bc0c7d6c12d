"""A script is all that one announcement sounds; here it gets its name (a hash) and becomes one WAV.

Rendered whole, it leaves the board nothing to join, so that no pieces overlap or come apart.
"""

import hashlib
import io
import wave
from typing import Final

import msgspec

from turnero.display.voice import words
from turnero.display.voice.chime import RATE, silence
from turnero.display.voice.port import Line, Voice

#: Raised when anything about joining changes, so that no old rendering passes for a new one.
_EDITION: Final = 1
_AFTER_CHIME_MS: Final = 120
_BETWEEN_LINES_MS: Final = 350


class Script(msgspec.Struct, frozen=True):
    """What one announcement sounds: the chime or not, then sentences."""

    chime: bool
    lines: tuple[Line, ...]


class Scripts(msgspec.Struct, frozen=True):
    """One call in the three lengths that the queue of a busy zone chooses from."""

    #: Chime and every language.
    full: Script
    #: Chime and the first language.
    brief: Script
    #: The first language alone (the chime alone where nothing can speak).
    bare: Script


def scripts(
    printed: str, desk: str, languages: tuple[str, ...], profile: str, voice: Voice
) -> Scripts:
    """The three scripts of a call; `languages` in order, those without a voice left out."""
    codes = [code for code in map(words.base, languages) if words.sayable(code)]
    lines = tuple(
        Line(code, words.sentence(printed, desk, code, profile))
        for code in dict.fromkeys(filter(voice.speaks, codes))
    )
    if not lines:
        alone = Script(chime=True, lines=())
        return Scripts(alone, alone, alone)
    return Scripts(
        full=Script(chime=True, lines=lines),
        brief=Script(chime=True, lines=lines[:1]),
        bare=Script(chime=False, lines=lines[:1]),
    )


def key(script: Script, voice: Voice) -> str:
    """32 hexadecimal digits that name this sound: same words and voice, same name."""
    return hashlib.sha256(msgspec.json.encode([_EDITION, voice.name, script])).hexdigest()[:32]


def length_ms(script: Script, voice: Voice) -> int:
    """About how long it sounds: what a board without sound waits before it shows the next call."""
    speech = [voice.lasts_ms(line) for line in script.lines]
    chime_ms = len(voice.chime()) * 500 // RATE
    head = chime_ms + (_AFTER_CHIME_MS if speech else 0) if script.chime else 0
    return head + sum(speech) + _BETWEEN_LINES_MS * max(0, len(speech) - 1)


def render(script: Script, voice: Voice) -> bytes:
    """Blocking. The whole WAV. Raises VoiceError if any line cannot be said."""
    speech = silence(_BETWEEN_LINES_MS).join(voice.say(line) for line in script.lines)
    if script.chime:
        speech = voice.chime() + (silence(_AFTER_CHIME_MS) + speech if speech else b"")
    return wav(speech)


def wav(data: bytes) -> bytes:
    """Samples as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data)
    return out.getvalue()

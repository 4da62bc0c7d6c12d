"""espeak-ng as a voice: one short process for each sentence, about 20 ms, no internet.

It knows how espeak-ng must be spelt to; which words are said is words.py's.
"""

import re
import shutil
import subprocess
from functools import cache
from typing import Final

from turnero.display.voice.chime import RATE, chime, pcm, samples
from turnero.display.voice.numbers import first_words
from turnero.display.voice.port import Line, NoVoice, Voice, VoiceError, about_ms

_VOICES: Final = {"es": "es-419", "en": "en", "pt": "pt-br", "qu": "qu"}
#: Words a minute. Its own 175 is too quick for a hall; at 145 a call lasts four to five seconds.
SPEED: Final = 145
#: Samples quieter than this (of 32767) at either end are silence.
_QUIET: Final = 160
_MARGIN: Final = RATE * 30 // 1000
_WAV_HEADER: Final = 44
#: Its Quechua reads letters as syllables; in Peru they go by their Spanish names, respelt for it.
_QU_LETTERS: Final = {
    "A": "a", "B": "be", "C": "se", "D": "de", "E": "e", "F": "efe", "G": "he", "H": "ache",
    "I": "i", "J": "hota", "K": "ka", "L": "ele", "M": "eme", "N": "ene", "O": "o", "P": "pe",
    "Q": "ku", "R": "erre", "S": "ese", "T": "te", "U": "u", "V": "uve", "W": "dobleuve",
    "X": "ekis", "Y": "iyi", "Z": "seta",
}  # fmt: skip


class Espeak:
    """Raises VoiceError from `say` when the program is gone, slow, or says nothing."""

    def __init__(self, program: str, version: str, timeout_s: float = 5.0) -> None:
        self.name = f"espeak-ng {version} {SPEED}"
        self._program = program
        self._timeout_s = timeout_s

    def speaks(self, language: str) -> bool:
        return language in _VOICES

    def lasts_ms(self, line: Line) -> int:
        return about_ms(line)

    def chime(self) -> bytes:
        return chime()

    def say(self, line: Line) -> bytes:
        # Through stdin: as an argument, a name that begins with "-" would be an option.
        command = [
            self._program,
            "-v",
            _VOICES[line.language],
            "-s",
            str(SPEED),
            "-b",
            "1",
            "--stdin",
            "--stdout",
        ]
        try:
            done = subprocess.run(
                command,
                input=spelling(line).encode(),
                capture_output=True,
                timeout=self._timeout_s,
                check=True,
            )
        except subprocess.TimeoutExpired as slow:
            raise VoiceError(f"espeak-ng said nothing within {self._timeout_s:g} s") from slow
        except subprocess.CalledProcessError as failed:
            reason = failed.stderr.decode(errors="replace").strip()[:200]
            raise VoiceError(f"espeak-ng ended with {failed.returncode}: {reason}") from failed
        except OSError as gone:
            raise VoiceError(f"espeak-ng could not be started: {gone}") from gone
        # On a pipe it cannot go back to write the length: the header's is false, the rest is sound.
        spoken = _trimmed(done.stdout[_WAV_HEADER:])
        if not spoken:
            raise VoiceError("espeak-ng gave no sound")
        return spoken


def spelling(line: Line) -> str:
    """The line as espeak-ng must read it, so that a letter is named and not read as a word.

    "A cuarenta" is a preposition, "A, cuarenta" the letter. Square brackets would be phoneme codes.
    """
    text = line.text.replace("[", " ").replace("]", " ")
    letters = _letters(line.language)
    if line.language == "qu":
        text = text.replace("ch'", "ch")  # it stops at the apostrophe of a glottalised ch
        return letters.sub(lambda found: f"{_QU_LETTERS[found[0]]},", text)
    return letters.sub(r"\g<0>,", text)


@cache
def _letters(language: str) -> re.Pattern[str]:
    """Capital letters that are letters: before a number, other letters, or the end of a part."""
    numbers = "|".join(sorted(map(re.escape, first_words(language))))
    return re.compile(rf"\b[A-Z]\b(?=(?: [A-Z]\b)*(?: (?:{numbers})\b|$|[.;]))")


def find() -> Voice:
    """The espeak-ng of this machine, or NoVoice where it is not installed or does not answer."""
    program = shutil.which("espeak-ng")
    if program is None:
        return NoVoice()
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return NoVoice()
    found = re.search(r"\d+(?:\.\d+)+", answer)
    return Espeak(program, found[0] if found else "unknown")


def _trimmed(data: bytes) -> bytes:
    sound = samples(data[: len(data) // 2 * 2])
    loud = [at for at in range(0, len(sound), 16) if abs(sound[at]) > _QUIET]
    if not loud:
        return b""
    return pcm(sound[max(0, loud[0] - _MARGIN) : loud[-1] + _MARGIN])

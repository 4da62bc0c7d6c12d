"""A recorded set of fragments: what a person said once, of which sentences are made.

A set is a folder or a zip with `voice.toml` and WAV files (docs/board.md). It is looked at when it is
loaded, and refused whole with the reason; how they are sounded, and what is said instead, is recorded.py's.
"""

import hashlib
import io
import re
import tomllib
import wave
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from turnero.display.voice.chime import RATE
from turnero.display.voice.numbers import LANGUAGES, LARGEST, number

MANIFEST: Final = "voice.toml"
#: files of one set: all numbers to 999, letters, desks and to spare
MOST: Final = 3_000
#: one fragment, seconds; a set, bytes
LONGEST_S: Final = 10
LARGEST_BYTES: Final = 300_000_000

#: milliseconds; longer, and who is called thinks that it was all
Pause = Annotated[int, msgspec.Meta(ge=0, le=2_000)]
_FIGURES: Final = re.compile(r"\d{1,4}")

#: words of a fragment, as they are compared: ("cuarenta", "y", "siete")
Phrase = tuple[str, ...]


class FragmentError(Exception):
    """The set cannot be used; the message says which file and what to do."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`voice.toml`; in each table, the file of each."""

    #: es, en, pt or qu
    language: str
    #: who is heard, for the log
    name: str = ""
    #: "47" → file
    numbers: dict[str, str] = {}
    #: "A" → file
    letters: dict[str, str] = {}
    #: any other words, such as "ticket", "ventanilla" or "Toma de muestras"
    words: dict[str, str] = {}
    #: instead of our own chime
    chime: str | None = None
    #: between two fragments, and where a sentence has a comma
    gap_ms: Pause = 40
    pause_ms: Pause = 180


class Fragments(msgspec.Struct, frozen=True):
    """A set that was looked at."""

    language: str
    name: str
    #: of manifest and files: another recording sounds different
    digest: str
    phrases: dict[Phrase, str]
    chime: str | None
    gap_ms: int
    pause_ms: int
    read: Callable[[str], bytes]
    #: file → milliseconds
    lengths: dict[str, int]


def words_of(text: str) -> Phrase:
    """A text as its words are compared: a single capital is a letter, all else is small."""
    plain = (word.strip(",.;:") for word in text.split())
    return tuple(
        word if len(word) == 1 and word.isupper() else word.lower() for word in plain if word
    )


def spelt(text: str, language: str) -> str:
    """A text with its figures as words, as they are said: "20 minutos" -> "veinte minutos"."""
    return _FIGURES.sub(lambda found: number(int(found[0]), language), text)


def load(path: Path) -> Fragments:
    """Look at a set. Raises `FragmentError`."""
    try:
        names, read = _opened(path)
        if MANIFEST not in names:
            raise FragmentError(f"{path} has no {MANIFEST}")
        source = read(MANIFEST)
        raw: dict[str, Any] = tomllib.loads(source.decode())
        manifest = msgspec.convert(raw, Manifest)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise FragmentError(f"{path}/{MANIFEST}: {wrong}") from None
    except (OSError, zipfile.BadZipFile) as wrong:
        raise FragmentError(f"{path} cannot be read: {wrong}") from None
    if manifest.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise FragmentError(f"{path}: language {manifest.language!r} is none of {known}")
    phrases = dict(_phrases(manifest, path))
    files = {*phrases.values(), *([manifest.chime] if manifest.chime else [])}
    if len(files) > MOST:
        raise FragmentError(f"{path} has more than {MOST} files")
    seen = hashlib.sha256(source)
    lengths: dict[str, int] = {}
    for name in sorted(files):
        if name not in names:
            raise FragmentError(f"{path}: {name} is named in {MANIFEST}, but it is not there")
        try:
            data = read(name)
        except (OSError, zipfile.BadZipFile, RuntimeError) as wrong:
            raise FragmentError(f"{path}: {name} cannot be read: {wrong}") from None
        lengths[name] = _checked(data, f"{path}: {name}")
        seen.update(hashlib.sha256(data).digest())
    digest = seen.hexdigest()[:16]
    gaps = manifest.gap_ms, manifest.pause_ms
    return Fragments(
        manifest.language, manifest.name, digest, phrases, manifest.chime, *gaps, read, lengths
    )


def missing(own: Fragments) -> list[str]:
    """What of the usual cannot be said: letters, and numbers to 999."""
    language = own.language
    letters = [one for one in map(chr, range(ord("A"), ord("Z") + 1)) if (one,) not in own.phrases]
    numbers = (n for n in range(1, 1000) if joined(words_of(number(n, language)), own) is None)
    return [*letters, *map(str, numbers)]


def joined(words: Phrase, own: Fragments) -> list[str] | None:
    """The files of the fewest fragments that say these words in order; None where they cannot."""
    longest = max((len(phrase) for phrase in own.phrases), default=0)
    best: list[list[str] | None] = [[]]
    for end in range(1, len(words) + 1):
        options = [
            [*before, own.phrases[words[start:end]]]
            for start in range(max(0, end - longest), end)
            if (before := best[start]) is not None and words[start:end] in own.phrases
        ]
        best.append(min(options, key=len, default=None))
    return best[-1]


def samples(fragments: Fragments, name: str) -> bytes:
    """The samples of one file of a set that was looked at."""
    with wave.open(io.BytesIO(fragments.read(name))) as file:
        data: bytes = file.readframes(file.getnframes())
    return data


def _opened(path: Path) -> tuple[frozenset[str], Callable[[str], bytes]]:
    """The names of a folder's or a zip's files, and how one is read."""
    if path.is_dir():
        there = {one.name: one for one in path.iterdir() if one.is_file()}
        if sum(one.stat().st_size for one in there.values()) > LARGEST_BYTES:
            raise FragmentError(f"{path} has more than {LARGEST_BYTES // 1_000_000} MB")
        return frozenset(there), lambda name: there[name].read_bytes()
    with zipfile.ZipFile(path) as archive:
        found = archive.infolist()
    if sum(one.file_size for one in found) > LARGEST_BYTES:
        raise FragmentError(f"{path} has more than {LARGEST_BYTES // 1_000_000} MB in it")

    def read(name: str) -> bytes:
        # Opened each time: threads may ask at once, and the file may be replaced.
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            return file.read()

    return frozenset(one.filename for one in found), read


def _phrases(manifest: Manifest, path: Path) -> Iterator[tuple[Phrase, str]]:
    for text, name in manifest.numbers.items():
        if not text.isdecimal() or int(text) > LARGEST:
            raise FragmentError(f"{path}: {text!r} under [numbers] is no number to {LARGEST}")
        yield words_of(number(int(text), manifest.language)), name
    for text, name in manifest.letters.items():
        if len(text) != 1 or not text.isalpha():
            raise FragmentError(f"{path}: {text!r} under [letters] is no letter")
        yield (text.upper(),), name
    for text, name in manifest.words.items():
        if not words_of(text):
            raise FragmentError(f"{path}: an entry under [words] has no words")
        yield words_of(spelt(text, manifest.language)), name


def _checked(data: bytes, where: str) -> int:
    """How long a WAV lasts, milliseconds. Raises `FragmentError` for one that cannot be joined."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            shape = file.getframerate(), file.getsampwidth(), file.getnchannels()
            frames: int = file.getnframes()
            whole = len(file.readframes(frames)) == frames * 2 * file.getnchannels()
    except (wave.Error, EOFError) as wrong:
        raise FragmentError(f"{where} is no WAV of plain samples: {wrong}") from None
    if shape != (RATE, 2, 1):
        hertz, width, channels = shape
        raise FragmentError(
            f"{where} has {hertz} Hz, {8 * width} bits, {channels} channels; it must be {RATE} Hz, 16 bits,"
            f" one channel: ffmpeg -i IN.wav -ar {RATE} -ac 1 -c:a pcm_s16le OUT.wav"
        )
    if not whole:
        raise FragmentError(f"{where} is cut off")
    if not RATE // 20 <= frames <= RATE * LONGEST_S:
        raise FragmentError(
            f"{where} lasts {frames / RATE:.2f} s; it must be 0.05 to {LONGEST_S} s"
        )
    return frames * 1000 // RATE

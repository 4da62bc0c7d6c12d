"""Recorded fragments in place of the synthetic voice: a sentence is said whole by one of the two.

A sentence of which any word is lacking is the synthesiser's; a name that nobody recorded costs its
announcement the human voice, not its name.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from turnero.display.voice import fragments
from turnero.display.voice.chime import silence
from turnero.display.voice.fragments import FragmentError, Fragments, words_of
from turnero.display.voice.port import Line, Voice

log = logging.getLogger(__name__)

#: Where sets are looked for in the data folder: `voices/es/` or `voices/es.zip`.
FOLDER: Final = "voices"


class Recorded:
    """Says with fragments what they can say, and with another voice what they cannot."""

    def __init__(self, sets: Mapping[str, Fragments], other: Voice) -> None:
        self._sets = sets
        self._other = other
        made = " ".join(f"{one.language}:{one.digest}" for one in sets.values())
        self.name = f"{other.name} + {made}"
        chimes = (fragments.samples(one, one.chime) for one in sets.values() if one.chime)
        self._chime = next(chimes, other.chime())

    def speaks(self, language: str, /) -> bool:
        """See `Voice.speaks`. Fragments alone do: what they lack is then a chime."""
        return language in self._sets or self._other.speaks(language)

    def say(self, line: Line, /) -> bytes:
        """See `Voice.say`."""
        found = self._parts(line)
        if found is None:
            return self._other.say(line)
        own = self._sets[line.language]
        said: list[bytes] = []
        for name, paused in found:
            if said:
                said.append(silence(own.pause_ms if paused else own.gap_ms))
            said.append(fragments.samples(own, name))
        return b"".join(said)

    def lasts_ms(self, line: Line, /) -> int:
        """See `Voice.lasts_ms`. Exact where fragments say it."""
        found = self._parts(line)
        if found is None:
            return self._other.lasts_ms(line)
        own = self._sets[line.language]
        gaps = sum(own.pause_ms if paused else own.gap_ms for _, paused in found[1:])
        return gaps + sum(own.lengths[name] for name, _ in found)

    def chime(self) -> bytes:
        """See `Voice.chime`: that of the first set that has one."""
        return self._chime

    def _parts(self, line: Line) -> list[tuple[str, bool]] | None:
        """The files that say a line, each with whether a pause goes before; None if a word is lacking."""
        own = self._sets.get(line.language)
        if own is None:
            return None
        found: list[tuple[str, bool]] = []
        for clause in fragments.spelt(line.text, line.language).split(","):
            names = fragments.joined(words_of(clause), own)
            if names is None:
                return None
            found += [(name, at == 0) for at, name in enumerate(names)]
        return found or None


def found(data: Path, other: Voice) -> Voice:
    """The voice of an installation: with the sets in its data folder, each that can be used.

    One that cannot is said in the log, and sounds as if it were not there.
    """
    folder = data / FOLDER
    sets: dict[str, Fragments] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not (path.is_dir() or path.suffix == ".zip"):
            continue
        try:
            one = fragments.load(path)
        except FragmentError as wrong:
            log.error("recorded voice not used: %s", wrong)  # noqa: TRY400 - the reason is the message
            continue
        if one.language in sets:
            log.error("recorded voice not used: %s is a second set in %s", path, one.language)
            continue
        log.info(
            "recorded voice: %s, %d fragments in %s",
            one.name or path.name,
            len(one.phrases),
            one.language,
        )
        sets[one.language] = one
    return Recorded(sets, other) if sets else other

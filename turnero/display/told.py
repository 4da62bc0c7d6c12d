"""What a board says besides calls: a message as it is read, and as it is heard.

Pure. Which messages there are, and until when, the line says; when each sounds, static/told.js.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from turnero.display.voice import words
from turnero.display.voice.guidance import said
from turnero.display.voice.port import Line
from turnero.display.voice.script import Script
from turnero.display.voice.studio import Studio
from turnero.queue.views import MessageView
from turnero.web.languages import Translator
from turnero.web.told import pick, told

#: (longest text, class): how large an emergency may be written so that it fits the panel
_FITS: Final = ((40, "s"), (60, "m"), (105, "l"), (190, "xl"))

#: gives the translator of a language
Say = Callable[[str], Translator]


class Words(msgspec.Struct, frozen=True):
    """A message in one language."""

    #: BCP 47
    tag: str
    text: str


class Shown(msgspec.Struct, frozen=True):
    """A message as the template draws it."""

    id: int
    sort: str
    #: when it came, line clock
    at_ms: int
    #: it fills the board and holds up its calls
    fills: bool
    #: which service it is about, by its public name; ""
    about: str
    #: the board's own language first
    words: tuple[Words, ...]
    #: class of size for the first of them
    fit: str
    script: Script


def shown(
    message: MessageView, zone: str, languages: Sequence[str], spoken: Sequence[str], say: Say
) -> Shown:
    """A message on a board of that zone. `languages`: of the site, those to read; `spoken`: to hear."""
    own = languages[0]
    fills = message.fills(zone)
    written = _written(message, languages, say)
    # An emergency is read by everybody; a band has room for one language.
    read = written if fills else written[:1]
    return Shown(
        id=message.id,
        sort=message.sort,
        at_ms=message.from_ms,
        fills=fills,
        about=pick(message.names, own, own) if message.sort == "service" else "",
        words=tuple(Words(say(language).tag, text) for language, text in read),
        fit=next((name for longest, name in _FITS if len(read[0][1]) <= longest), "xxl"),
        script=script(message, spoken, say, own),
    )


def script(message: MessageView, spoken: Sequence[str], say: Say, own: str) -> Script:
    """What is heard: the chime, then the text in each language that it was written in."""
    lines = []
    for language, text in _written(message, spoken, say):
        code = words.base(language)
        about = pick(message.names, language, own) if message.sort == "service" else ""
        if words.sayable(code):
            lines.append(Line(code, said(f"{about}: {text}" if about else text, code)))
    return Script(chime=True, lines=tuple(lines))


def voiced(made: Script, studio: Studio) -> Script:
    """The script without the languages that this machine cannot speak."""
    return Script(made.chime, tuple(one for one in made.lines if studio.voice.speaks(one.language)))


def _written(
    message: MessageView, languages: Sequence[str], say: Say
) -> tuple[tuple[str, str], ...]:
    """The text in each of these languages that it has, none twice; always in one at least."""
    usual = not message.texts
    found = {
        language: told(message, say(language), languages[0])
        for language in languages
        if usual or language in message.texts
    }
    if not found:
        first = next(iter(message.texts), languages[0])
        found = {first: told(message, say(first), first)}
    return tuple((language, text) for language, text in found.items() if text)
